// swift-tools-version: 6.2
import PackageDescription

// Fuzzers are a package of their own: they are built with the address sanitizer and libFuzzer's
// coverage in every target, which run.sh asks for on the command line. One executable a fuzzer,
// named Fuzz<What>, with its corpus in Corpus/<What>.

let settings: [SwiftSetting] = [
  .swiftLanguageMode(.v6),
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .treatAllWarnings(as: .error),
  .strictMemorySafety(),
]

let package = Package(
  name: "vedette-fuzz",
  platforms: [.macOS(.v26)],
  dependencies: [.package(name: "vedette", path: "../..")],
  targets: [
    .target(name: "FuzzSupport", swiftSettings: settings),
    fuzzer("FuzzMAVLink", of: ["MAVLink"]),
    fuzzer("FuzzProofs", of: ["Ledger", "Model"]),
    fuzzer("FuzzRecords", of: ["Digests", "Ledger", "Model"]),
    fuzzer("FuzzAgreements", of: ["Sharing", "SiteConfiguration", "Ledger", "Model"]),
  ]
)

func fuzzer(_ name: String, of products: [String]) -> Target {
  .executableTarget(
    name: name,
    dependencies: ["FuzzSupport"] + products.map { .product(name: $0, package: "vedette") },
    swiftSettings: settings)
}
