// swift-tools-version: 6.2
import PackageDescription

// Benchmarks are a package of their own, so that the product depends on nothing that only they need.
// run.sh builds and runs all; it sets VEDETTE_TARGETS so that only the measured targets are built.

let settings: [SwiftSetting] = [
  .swiftLanguageMode(.v6),
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
  .treatAllWarnings(as: .error),
]

let package = Package(
  name: "vedette-benchmarks",
  platforms: [.macOS(.v26)],
  dependencies: [.package(name: "vedette", path: "../..")],
  targets: [
    // Counts calls of malloc and its kin in whatever executable links it.
    .target(name: "CAllocationCounter"),
    // Clock, core pinning and spin hint, the same machine code for every contestant.
    .target(name: "CBenchThread"),
    .target(name: "CReferenceRing", dependencies: ["CBenchThread"]),
    .target(name: "BoostReferenceRing", dependencies: ["CBenchThread"]),
    // Threads, bands, verdicts and JSON lines, shared by all benches.
    .target(name: "BenchSupport", dependencies: ["CBenchThread"], swiftSettings: settings),
    .executableTarget(
      name: "RingBench",
      dependencies: [
        "BenchSupport", "CAllocationCounter", "CBenchThread", "CReferenceRing",
        "BoostReferenceRing", .product(name: "Rings", package: "vedette"),
      ],
      swiftSettings: settings),
    .executableTarget(
      name: "RingInstructions",
      dependencies: [.product(name: "Rings", package: "vedette")],
      swiftSettings: settings),
    // The headers are written by generate.sh before the build.
    .target(
      name: "CReferenceMAVLink", cSettings: [.headerSearchPath("../../.build-reference")]),
    .executableTarget(
      name: "MAVLinkBench",
      dependencies: [
        "BenchSupport", "CAllocationCounter", "CBenchThread", "CReferenceMAVLink",
        .product(name: "MAVLink", package: "vedette"),
      ],
      swiftSettings: settings),
    // Malloc calls between raw sample and durable event.
    .executableTarget(
      name: "HotPathAllocations",
      dependencies: ["BenchSupport", "CAllocationCounter"]
        + ["Rings", "Model", "Simulation", "Perception", "Fusion", "Ledger", "SiteConfiguration"]
        .map { .product(name: $0, package: "vedette") },
      swiftSettings: settings),
    // Observations to tracks; fusion.py compares it with Stone Soup.
    .executableTarget(
      name: "FusionBench",
      dependencies: ["BenchSupport", "CAllocationCounter"]
        + ["Model", "Fusion"].map { .product(name: $0, package: "vedette") },
      swiftSettings: settings),
    .systemLibrary(
      name: "CSQLite", pkgConfig: "sqlite3", providers: [.apt(["libsqlite3-dev"])]),
    // Acknowledged records against fdatasync and SQLite; a whole ledger opened, proven, verified.
    .executableTarget(
      name: "LedgerBench",
      dependencies: ["BenchSupport", "CBenchThread", "CSQLite"]
        + ["Ledger", "Model"].map { .product(name: $0, package: "vedette") },
      swiftSettings: settings),
    // Recording and replaying; captures.py compares writing with the public mcap package.
    .executableTarget(
      name: "CaptureBench",
      dependencies: ["BenchSupport", "CBenchThread"]
        + ["Captures", "Model", "Fusion"].map { .product(name: $0, package: "vedette") },
      swiftSettings: settings),
    // Luma to boxes; vision.py compares it with OpenCV's MOG2.
    .executableTarget(
      name: "VisionBench",
      dependencies: ["CAllocationCounter"]
        + ["Model", "Simulation", "Vision", "Perception"].map {
          .product(name: $0, package: "vedette")
        },
      swiftSettings: settings),
  ],
  cLanguageStandard: .gnu11,
  cxxLanguageStandard: .cxx17
)
