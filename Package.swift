// swift-tools-version: 6.2
import PackageDescription

// The house, one row a target, lowest floor first (Docs/Architecture.md explains the floors).
// VEDETTE_TARGETS="Rings MAVLink" in the environment narrows the package to those targets, what they
// stand on and their tests: a sanitizer run of the core then builds no web server.
// VEDETTE_NATS=1 builds the client of NATS JetStream in, as the Debian package has it; without it the
// build needs no libnats, and a post that is told to use a hub says that it cannot.

/// A target of the product.
struct Room {
  var name: String
  var floor: Int
  /// Targets of this package on lower floors.
  var uses: [String] = []
  /// Products of other packages, as "Product/package".
  var products: [String] = []
  /// Whether strict memory safety is on: every target that touches C or raw memory.
  var isUnsafe = false
  var isExecutable = false
  var hasTests = true
  /// What of the tests' folder is no Swift source.
  var testData: [String] = []
  /// Further targets that only the tests use.
  var testUses: [String] = []
}

/// A C library of Debian's, seen through a module map in `Sources/CLibraries`.
struct CLibrary {
  var name: String
  var pkgConfig: String?
  var debian: String
  /// Whether it is compiled here, of sources beside its module map.
  var isOurs = false
}

let cLibraries: [CLibrary] = [
  CLibrary(name: "CEventFD", pkgConfig: nil, debian: "libc6-dev"),
  CLibrary(name: "CGPIOD", pkgConfig: "libgpiod", debian: "libgpiod-dev"),
  CLibrary(name: "CV4L2", pkgConfig: "libv4l2", debian: "libv4l-dev"),
  CLibrary(name: "CSerialPort", pkgConfig: "libserialport", debian: "libserialport-dev"),
  CLibrary(name: "CTurboJPEG", pkgConfig: "libturbojpeg", debian: "libturbojpeg0-dev"),
  CLibrary(name: "CPNG", pkgConfig: "libpng", debian: "libpng-dev"),
  CLibrary(name: "CZstd", pkgConfig: "libzstd", debian: "libzstd-dev"),
  CLibrary(name: "CNettle", pkgConfig: "nettle", debian: "nettle-dev"),
  CLibrary(name: "CSystemd", pkgConfig: "libsystemd", debian: "libsystemd-dev"),
  CLibrary(name: "CNATS", pkgConfig: "libnats", debian: "libnats-dev"),
  CLibrary(name: "CThreads", pkgConfig: nil, debian: "libc6-dev"),
  CLibrary(name: "CCarrylessProduct", pkgConfig: nil, debian: "libc6-dev"),
  CLibrary(name: "CCastagnoli", pkgConfig: nil, debian: "libc6-dev"),
  CLibrary(name: "CDigestKernels", pkgConfig: nil, debian: "libc6-dev", isOurs: true),
  CLibrary(name: "CVisionKernels", pkgConfig: nil, debian: "libc6-dev", isOurs: true),
]

let hasNATS = Context.environment["VEDETTE_NATS"] == "1"

let table: [Room] = [
  Room(name: "Digests", floor: 0, uses: ["CNettle", "CDigestKernels"], isUnsafe: true),
  Room(name: "Rings", floor: 1, uses: ["CEventFD"], isUnsafe: true),
  Room(name: "Geodesy", floor: 1),
  Room(name: "Model", floor: 1),
  Room(
    name: "MAVLink", floor: 1, uses: ["CCarrylessProduct", "Digests"], isUnsafe: true,
    testData: ["Tools"]),
  Room(
    name: "Vision", floor: 2, uses: ["Model", "Geodesy", "CVisionKernels"], isUnsafe: true,
    testData: ["Truth"]),
  Room(name: "SiteConfiguration", floor: 2, uses: ["Model", "Geodesy"], products: ["Yams/Yams"]),
  Room(
    name: "Captures", floor: 2, uses: ["Model", "Geodesy", "CZstd"],
    products: ["SystemPackage/swift-system"], isUnsafe: true, testData: ["Fixtures", "Tools"],
    testUses: ["MAVLink"]),
  Room(
    name: "Devices", floor: 3, uses: ["Model", "MAVLink", "CGPIOD", "CV4L2", "CSerialPort"],
    isUnsafe: true),
  Room(
    name: "Simulation", floor: 3, uses: ["Model", "Geodesy", "MAVLink", "SiteConfiguration"],
    isUnsafe: true, testUses: ["Perception", "Vision", "Fusion"]),
  Room(
    name: "Perception", floor: 3, uses: ["Model", "Geodesy", "MAVLink", "Vision", "CTurboJPEG"],
    isUnsafe: true),
  Room(
    name: "Calibration", floor: 3,
    uses: ["Model", "Geodesy", "Vision", "SiteConfiguration", "CPNG"], isUnsafe: true,
    testUses: ["Simulation"]),
  Room(name: "Fusion", floor: 3, uses: ["Model", "Geodesy"], isUnsafe: true),
  Room(
    name: "Ledger", floor: 3, uses: ["Digests", "Model", "Geodesy", "CCastagnoli"],
    products: ["SystemPackage/swift-system", "Crypto/swift-crypto"], isUnsafe: true,
    testData: ["Tools"]),
  Room(name: "Streaming", floor: 3, uses: ["CNATS"], isUnsafe: true),
  Room(name: "Scoring", floor: 4, uses: ["Model"], testData: ["Fixtures"]),
  Room(
    name: "Sharing", floor: 4, uses: ["Model", "Geodesy", "SiteConfiguration", "Ledger"],
    testData: ["Tools"]),
  Room(
    name: "Publishing", floor: 4, uses: ["Ledger", "Streaming"],
    products: [
      "AsyncHTTPClient/async-http-client", "Hummingbird/hummingbird",
      "HummingbirdCore/hummingbird", "HTTPTypes/swift-http-types", "NIOCore/swift-nio",
      "NIOHTTP1/swift-nio", "NIOPosix/swift-nio", "NIOSSL/swift-nio-ssl", "NIOTLS/swift-nio",
      "Logging/swift-log", "ServiceLifecycle/swift-service-lifecycle", "Crypto/swift-crypto",
    ]),
  Room(
    name: "Receiving", floor: 4, uses: ["Model", "Ledger", "SiteConfiguration", "Streaming"],
    products: [
      "AsyncHTTPClient/async-http-client", "GRDB/GRDB.swift", "Hummingbird/hummingbird",
      "HummingbirdCore/hummingbird", "HTTPTypes/swift-http-types", "NIOCore/swift-nio",
      "NIOPosix/swift-nio", "NIOSSL/swift-nio-ssl", "NIOHTTP1/swift-nio", "Logging/swift-log",
      "ServiceLifecycle/swift-service-lifecycle", "Crypto/swift-crypto",
    ]),
  Room(
    name: "Station", floor: 5,
    uses: [
      "Rings", "Geodesy", "Model", "MAVLink", "SiteConfiguration", "Captures", "Devices",
      "Simulation", "Perception", "Fusion", "Ledger", "Streaming", "Sharing", "Publishing",
      "CSystemd",
      "CThreads",
    ],
    products: [
      "Crypto/swift-crypto", "Logging/swift-log", "ServiceLifecycle/swift-service-lifecycle",
      "SystemPackage/swift-system",
    ], isUnsafe: true),
  Room(
    name: "vedetted", floor: 6, uses: ["Station", "SiteConfiguration"],
    products: ["ArgumentParser/swift-argument-parser", "Logging/swift-log"], isExecutable: true,
    hasTests: false),
  Room(
    name: "vedette", floor: 6,
    uses: [
      "Station", "Publishing", "Receiving", "Sharing", "Streaming", "Ledger", "SiteConfiguration",
      "Model", "Captures",
      "MAVLink", "Perception", "Fusion", "Simulation", "Scoring", "Devices", "Vision",
      "Calibration", "Geodesy",
    ],
    products: [
      "ArgumentParser/swift-argument-parser", "Logging/swift-log", "SystemPackage/swift-system",
    ], isExecutable: true, hasTests: false),
]

let packages: [String: Package.Dependency] = [
  "Yams": .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
  "swift-system": .package(url: "https://github.com/apple/swift-system", from: "1.8.1"),
  "swift-crypto": .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
  "hummingbird": .package(
    url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1", traits: []),
  "async-http-client": .package(
    url: "https://github.com/swift-server/async-http-client", from: "1.37.0"),
  "GRDB.swift": .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
  "swift-nio": .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
  "swift-nio-ssl": .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.37.6"),
  "swift-http-types": .package(
    url: "https://github.com/apple/swift-http-types", from: "1.8.0"),
  "swift-log": .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
  "swift-service-lifecycle": .package(
    url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
  "swift-argument-parser": .package(
    url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
]

// MARK: - From the table to SwiftPM

let rooms = table.map { room in
  var room = room
  if !hasNATS { room.uses.removeAll { $0 == "CNATS" } }
  return room
}

func settings(isUnsafe: Bool) -> [SwiftSetting] {
  [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
    .treatAllWarnings(as: .error),
  ] + (isUnsafe ? [.strictMemorySafety()] : [])
}

/// The wanted rooms with everything they stand on.
func closure(of wanted: Set<String>) -> Set<String> {
  var all = wanted
  for room in rooms.reversed() where all.contains(room.name) {
    all.formUnion(room.uses)
    all.formUnion(room.hasTests && wanted.contains(room.name) ? room.testUses : [])
  }
  for room in rooms.reversed() where all.contains(room.name) { all.formUnion(room.uses) }
  return all
}

let wanted = Context.environment["VEDETTE_TARGETS"].map {
  Set($0.split(separator: " ").map(String.init))
}
let kept = closure(of: wanted ?? Set(rooms.map(\.name)))
let keptRooms = rooms.filter { kept.contains($0.name) }

func product(_ text: String) -> Target.Dependency {
  let parts = text.split(separator: "/").map(String.init)
  return .product(name: parts[0], package: parts[1])
}

var targets: [Target] = cLibraries.filter { kept.contains($0.name) }.map {
  $0.isOurs
    ? .target(
      name: $0.name, path: "Sources/CLibraries/\($0.name)", publicHeadersPath: ".")
    : .systemLibrary(
      name: $0.name, path: "Sources/CLibraries/\($0.name)", pkgConfig: $0.pkgConfig,
      providers: [.apt([$0.debian])])
}
for room in keptRooms {
  let dependencies =
    room.uses.map { Target.Dependency.byName(name: $0) } + room.products.map(product)
  targets.append(
    room.isExecutable
      ? .executableTarget(
        name: room.name, dependencies: dependencies,
        swiftSettings: settings(isUnsafe: room.isUnsafe))
      : .target(
        name: room.name, dependencies: dependencies,
        swiftSettings: settings(isUnsafe: room.isUnsafe)
          + (room.uses.contains("CNATS") ? [.define("VEDETTE_NATS")] : [])))
}
targets.append(
  .target(name: "TestSupport", path: "Tests/TestSupport", swiftSettings: settings(isUnsafe: false)))
// LedgerCrash kills writers of a ledger at random moments, LedgerSamples writes down ledgers for the
// libraries of others; the end-to-end tests run their release builds.
if kept.contains("Ledger"), wanted?.contains("Ledger") ?? true {
  for name in ["LedgerCrash", "LedgerSamples"] {
    targets.append(
      .executableTarget(
        name: name, dependencies: ["Ledger", "Model", "TestSupport"], path: "Tests/\(name)",
        swiftSettings: settings(isUnsafe: false)))
  }
}
for room in keptRooms where room.hasTests && (wanted?.contains(room.name) ?? true) {
  let lower = Set(room.uses + room.testUses).filter { name in
    !cLibraries.contains { $0.name == name } || room.testUses.contains(name)
  }
  targets.append(
    .testTarget(
      name: "\(room.name)Tests",
      dependencies: [.byName(name: room.name), "TestSupport"]
        + lower.sorted().map { .byName(name: $0) } + room.products.map(product),
      exclude: room.testData,
      swiftSettings: settings(isUnsafe: false)))
}
if wanted?.contains("TidyTests") ?? true {
  targets.append(
    .testTarget(
      name: "TidyTests", dependencies: ["TestSupport"], swiftSettings: settings(isUnsafe: false)))
}

let usedPackages = Set(
  keptRooms.flatMap { $0.products.map { String($0.split(separator: "/")[1]) } })

let package = Package(
  name: "vedette",
  platforms: [.macOS(.v26)],
  products: keptRooms.map { room in
    room.isExecutable
      ? .executable(name: room.name, targets: [room.name])
      : .library(name: room.name, targets: [room.name])
  },
  dependencies: usedPackages.sorted().compactMap { packages[$0] },
  targets: targets
)
