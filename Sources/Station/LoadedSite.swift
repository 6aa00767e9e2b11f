import Crypto
public import SiteConfiguration

/// A checked configuration together with the text it came from, which captures carry along.
public struct LoadedSite: Sendable {
  /// What the text says.
  public var configuration: StationConfiguration
  /// The text of the site file and its profiles, encoded.
  public var bundle: [UInt8]
  /// Folder with the agreements, beside the site file; `nil` for a site without one.
  public var agreementFolder: String?

  /// Reads the site file at `path` and its profiles.
  public init(path: String, profileFolders: [String]) throws(ConfigurationErrors) {
    try self.init(bundle: SiteBundle.read(sitePath: path, profileFolders: profileFolders))
    agreementFolder = Self.agreementFolder(besideSite: path)
  }

  /// The folder with the agreements of the site file at `path`.
  public static func agreementFolder(besideSite path: String) -> String {
    guard let slash = path.lastIndex(of: "/") else { return "agreements" }
    return path[...slash] + "agreements"
  }

  /// Checks `bundle`.
  public init(bundle: SiteBundle) throws(ConfigurationErrors) {
    configuration = try StationConfiguration.load(bundle: bundle, hash: Self.sha256)
    self.bundle = bundle.encoded()
  }

  /// SHA-256 in lower-case hexadecimal digits.
  public static func sha256(_ bytes: [UInt8]) -> String {
    let digits = Array("0123456789abcdef".utf8)
    var text: [UInt8] = []
    for byte in SHA256.hash(data: bytes) {
      text.append(digits[Int(byte >> 4)])
      text.append(digits[Int(byte & 15)])
    }
    return String(decoding: text, as: UTF8.self)
  }

  /// Folders where the installed package keeps its profiles.
  public static let packageProfileFolders = ["/usr/share/vedette/DeviceProfiles"]
}
