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
    .executableTarget(
      name: "FuzzMAVLink",
      dependencies: [.product(name: "MAVLink", package: "vedette")],
      swiftSettings: settings)
  ]
)
