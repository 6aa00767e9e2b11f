import Model

/// What `vedette check` says of a site file: as text, as JSON, as exit status.
public struct CheckReport: Sendable, Equatable {
  /// The site file.
  public var file: String
  /// Everything noticed, errors and warnings, file by file in the order of position.
  public var diagnostics: [Diagnostic]
  /// What was read, when it is in order.
  public var configuration: StationConfiguration?

  /// A report on `file`.
  public init(
    file: String, diagnostics: [Diagnostic], configuration: StationConfiguration?
  ) {
    self.file = file
    self.diagnostics = diagnostics
    self.configuration = configuration
  }

  /// Reads and checks the site file at `sitePath` with its profiles and the agreements in the folder
  /// `agreements` beside it, and looks whether the certificates it names by path are there. Blocks on file access.
  public static func check(
    sitePath: String, profileFolders: [String] = [], hash: ([UInt8]) -> String
  ) -> CheckReport {
    do throws(ConfigurationErrors) {
      let bundle = try SiteBundle.read(sitePath: sitePath, profileFolders: profileFolders)
      let configuration = try StationConfiguration.load(bundle: bundle, hash: hash)
      let missing = missingFiles(of: configuration, file: sitePath)
      let agreements = AgreementSet.read(
        folder: "\(TextFile.folder(of: sitePath))/agreements", site: configuration.site, hash: hash)
      let isInOrder = missing.isEmpty && agreements.isInOrder
      return CheckReport(
        file: sitePath, diagnostics: configuration.warnings + missing + agreements.diagnostics,
        configuration: isInOrder ? configuration : nil)
    } catch {
      return CheckReport(file: sitePath, diagnostics: error.diagnostics, configuration: nil)
    }
  }

  /// 0: in order (warnings allowed); 65: wrong data; 66: the site file or a file it names is
  /// missing or cannot be read (`EX_DATAERR` and `EX_NOINPUT` of sysexits.h).
  public var exitStatus: Int32 {
    let errors = diagnostics.filter { $0.severity == .error }
    if errors.isEmpty { return 0 }
    let isInputMissing = errors.allSatisfy { $0.code == .missingFile || $0.code == .unreadableFile }
    return isInputMissing ? 66 : 65
  }

  /// One line a diagnostic and a closing one.
  public var text: String {
    let errors = diagnostics.filter { $0.severity == .error }.count
    let warnings = diagnostics.count - errors
    let lines = diagnostics.map { $0.text + "\n" }.joined()
    func count(_ number: Int, _ word: String) -> String {
      "\(number) \(word)\(number == 1 ? "" : "s")"
    }
    if errors > 0 { return lines + "\(count(errors, "error")), \(count(warnings, "warning"))\n" }
    var summary = "\(file): in order"
    if let site = configuration?.site {
      summary +=
        ": post \(site.post), \(count(site.lines.count, "line")), "
        + "\(count(site.sensors.count, "sensor")), \(count(site.links.count, "link"))"
    }
    return lines + summary + (warnings > 0 ? ", \(count(warnings, "warning"))\n" : "\n")
  }

  /// One JSON object (RFC 8259): `file`, `ok`, `configuration_hash` when in order, and
  /// `diagnostics` with `severity`, `code`, `file`, `line`, `column`, `field`, `found`,
  /// `expected`, `remedy`.
  public var json: String {
    let items = diagnostics.map { item in
      "{\"severity\":\(quote(item.severity.rawValue)),\"code\":\(quote(item.code.rawValue)),"
        + "\"file\":\(quote(item.file)),\"line\":\(item.line),\"column\":\(item.column),"
        + "\"field\":\(quote(item.field)),\"found\":\(quote(item.found)),"
        + "\"expected\":\(quote(item.expected)),\"remedy\":\(quote(item.remedy))}"
    }
    let hash = configuration.map { ",\"configuration_hash\":\(quote($0.site.configurationHash))" }
    return "{\"file\":\(quote(file)),\"ok\":\(exitStatus == 0)\(hash ?? ""),"
      + "\"diagnostics\":[\(items.joined(separator: ","))]}\n"
  }

  private static func missingFiles(
    of configuration: StationConfiguration, file: String
  ) -> [Diagnostic] {
    guard let tls = configuration.publishing.tls else { return [] }
    let named = [
      ("certificate", tls.certificate), ("key", tls.key), ("client_cas", tls.clientCAs),
    ]
    return named.compactMap { key, path in
      guard path.hasPrefix("/"), !TextFile.isFile(path) else { return nil }
      let position = configuration.tlsPositions[key] ?? .none
      return Diagnostic(
        severity: .error, code: .missingFile, file: file, line: position.line,
        column: position.column, field: "publishing.tls.\(key)", found: "no file \(quoted(path))",
        expected: "a PEM file at this path", remedy: "Put the file there, or correct the path")
    }
  }

  /// A JSON string (RFC 8259, section 7).
  private func quote(_ text: String) -> String {
    var quoted = "\""
    for scalar in text.unicodeScalars {
      switch scalar.value {
      case 0x22: quoted += "\\\""
      case 0x5C: quoted += "\\\\"
      case 0..<0x20:
        let digits = String(scalar.value, radix: 16)
        quoted += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      default: quoted.unicodeScalars.append(scalar)
      }
    }
    return quoted + "\""
  }
}
