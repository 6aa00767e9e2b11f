import Testing

@Suite struct LayeringTests {
  private let tree = SourceTree.here
  private let manifest = Manifest.here

  @Test func `every import goes down to a listed target`() {
    let findings = tree.sources.flatMap { wrongImports($0, manifest: manifest) }
    #expect(findings.map(\.description) == [])
  }

  @Test func `every C module is imported by exactly one target`() {
    for module in manifest.cLibraries {
      let importers = Set(
        tree.sources.filter { $0.imports.contains { $0.module == module } }.compactMap(\.target))
      #expect(importers.count == 1, "\(module) is imported by \(importers.sorted())")
    }
  }

  @Test func `Foundation stands nowhere below floor 4`() {
    let findings = tree.sources.filter { House.floors[$0.target ?? ""] ?? 0 < 4 }
      .flatMap { bannedImports(["Foundation"], $0) }
    #expect(findings.map(\.description) == [])
  }

  @Test func `the manifest's floors are those of the house`() {
    #expect(manifest.rooms.count > 10)
    for room in manifest.rooms {
      #expect(House.floors[room.name] == room.floor, "\(room.name)")
    }
  }

  @Test func `the manifest uses lower floors and C libraries only`() {
    for room in manifest.rooms {
      for use in room.uses where !manifest.cLibraries.contains(use) {
        #expect((House.floors[use] ?? .max) < room.floor, "\(room.name) uses \(use)")
      }
    }
  }

  @Test func `every target that the manifest lists for another is imported by it`() {
    for room in manifest.rooms {
      let files = tree.sources.filter { $0.target == room.name }
      guard !files.isEmpty else { continue }
      let imported = Set(files.flatMap { $0.imports.map(\.module) })
      let idle = room.uses.filter { !imported.contains($0) }
      #expect(idle == [], "\(room.name) imports none of them: strike them from Package.swift")
    }
  }

  @Test func `every folder of Sources is a target of the manifest, and back`() {
    let folders = Set(tree.folders(in: "Sources")).subtracting(["CLibraries"])
    #expect(folders == Set(manifest.rooms.map(\.name)))
    #expect(Set(tree.folders(in: "Sources/CLibraries")) == Set(manifest.cLibraries))
  }

  @Test func `every C library has its module map`() {
    for library in manifest.cLibraries {
      #expect(tree.paths.contains("Sources/CLibraries/\(library)/module.modulemap"), "\(library)")
    }
  }

  @Test func `every folder of tests mirrors a target, and every tested target has one`() {
    let mirrored = tree.folders(in: "Tests").filter { $0.hasSuffix("Tests") && $0 != "TidyTests" }
      .map { String($0.dropLast("Tests".count)) }
    #expect(Set(mirrored) == Set(manifest.rooms.filter(\.hasTests).map(\.name)))
  }
}

@Suite struct LayeringRuleTests {
  private static let manifest = Manifest(
    text: """
      struct Room {
        var name: String
      }
      let cLibraries = [
        CLibrary(name: "CZstd", pkgConfig: "libzstd", debian: "libzstd-dev"),
      ]
      let rooms: [Room] = [
        Room(name: "Rings", floor: 1, uses: [], isUnsafe: true),
        Room(
          name: "Captures", floor: 2, uses: ["Model", "CZstd"], products: ["SystemPackage/swift-system"],
          testUses: ["Vision"]),
        Room(name: "vedette", floor: 6, uses: ["Station"], isExecutable: true, hasTests: false),
      ]
      """)

  @Test func `the manifest's table is read`() {
    #expect(Self.manifest.cLibraries == ["CZstd"])
    #expect(
      Self.manifest.rooms == [
        Manifest.Room(name: "Rings", floor: 1, uses: [], hasTests: true),
        Manifest.Room(name: "Captures", floor: 2, uses: ["Model", "CZstd"], hasTests: true),
        Manifest.Room(name: "vedette", floor: 6, uses: ["Station"], hasTests: false),
      ])
  }

  @Test(arguments: [
    ("import Fusion", "Captures (floor 2) imports Fusion (floor 3)"),
    ("public import Vision", "Captures (floor 2) imports Vision (floor 2)"),
    ("import Rings", "Package.swift does not list Rings for Captures"),
    ("public import CZstd", "C module CZstd imported publicly"),
    ("@preconcurrency import struct Station.Station", "imports Station (floor 5)"),
  ])
  func `an import that breaks the order is found`(line: String, expected: String) {
    let file = SourceText(path: "Sources/Captures/A.swift", text: "import Model\n\(line)\n")
    let findings = wrongImports(file, manifest: Self.manifest).map(\.description)
    #expect(findings.contains { $0.contains(expected) && $0.contains("A.swift:2:") })
  }

  @Test func `imports that go down are let through, and words in comments are none`() {
    let file = SourceText(
      path: "Sources/Captures/A.swift",
      text: "// import Station\nimport CZstd\npublic import Model\nimport Glibc\n")
    #expect(wrongImports(file, manifest: Self.manifest).isEmpty)
    #expect(file.imports.map(\.module) == ["CZstd", "Model", "Glibc"])
  }

  @Test func `a file of no known target is found`() {
    let file = SourceText(path: "Sources/Attic/A.swift", text: "import Model\n")
    #expect(wrongImports(file, manifest: Self.manifest).count == 1)
  }
}
