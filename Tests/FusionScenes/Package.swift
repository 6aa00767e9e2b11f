// swift-tools-version: 6.2
import PackageDescription

// Simulated scenes through fusion and the scorer, without the rest of the product. A package of its
// own, so that it builds in a minute; run.sh sets VEDETTE_TARGETS to what is named here.

let package = Package(
  name: "vedette-scenes",
  platforms: [.macOS(.v26)],
  dependencies: [.package(name: "vedette", path: "../..")],
  targets: [
    .executableTarget(
      name: "scenes",
      dependencies: ["Model", "SiteConfiguration", "Simulation", "Fusion", "Scoring"].map {
        .product(name: $0, package: "vedette")
      },
      swiftSettings: [
        .swiftLanguageMode(.v6),
        .enableUpcomingFeature("ExistentialAny"),
        .enableUpcomingFeature("MemberImportVisibility"),
        .enableUpcomingFeature("InternalImportsByDefault"),
        .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
        .treatAllWarnings(as: .error),
      ])
  ]
)
