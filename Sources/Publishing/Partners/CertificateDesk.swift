import Glibc
import Logging
import NIOPosix
import NIOSSL
import Synchronization

/// The endpoint's certificate, key and authorities as they are on the disk now.
///
/// Files that change are read anew within a second and serve the next handshake; connections that are
/// there keep what they have. While files do not fit each other, as between two copies, or cannot be
/// read, what was in force stays so and the log says it once.
final class CertificateDesk: Sendable {
  private static let lookSeconds = 1

  private struct State {
    var context: NIOSSLContext
    var authorities: [PeerCertificate.Authority]
    var stamps: [Stamp?]
    var isFaultTold = false
  }

  /// What tells that a file was changed.
  private struct Stamp: Equatable {
    var seconds: Int
    var nanoseconds: Int
    var size: Int
    var inode: UInt

    /// The stamp of the file at `path`; `nil` when it is not there.
    init?(_ path: String) {
      var status = stat()
      guard stat(path, &status) == 0 else { return nil }
      seconds = status.st_mtim.tv_sec
      nanoseconds = status.st_mtim.tv_nsec
      size = Int(status.st_size)
      inode = UInt(status.st_ino)
    }
  }

  private let files: PublishingSettings.TLS
  private let state: Mutex<State>

  /// The desk of `files`; reads them.
  init(_ files: PublishingSettings.TLS) throws(PublishingError) {
    self.files = files
    state = Mutex(try Self.read(files))
  }

  /// What the next handshake uses.
  var context: NIOSSLContext { state.withLock { $0.context } }

  /// Whose clients are let in.
  var authorities: [PeerCertificate.Authority] { state.withLock { $0.authorities } }

  /// Looks for changed files until the task is cancelled.
  func watch(_ logger: Logger) async throws {
    while true {
      try await Task.sleep(for: .seconds(Self.lookSeconds))
      try await NIOThreadPool.singleton.runIfActive { [self] in look(logger) }
    }
  }

  private static func stamps(of files: PublishingSettings.TLS) -> [Stamp?] {
    [files.certificateChainPath, files.privateKeyPath, files.clientAuthoritiesPath].map {
      Stamp($0)
    }
  }

  /// Reads the files when they have changed.
  func look(_ logger: Logger) {
    guard Self.stamps(of: files) != state.withLock({ $0.stamps }) else { return }
    do throws(PublishingError) {
      let fresh = try Self.read(files)
      state.withLock { $0 = fresh }
      logger.notice("certificates were read anew and serve from the next handshake on")
    } catch {
      let isNew = state.withLock { state in
        defer { state.isFaultTold = true }
        return !state.isFaultTold
      }
      if isNew { logger.error("certificates have changed and cannot be used yet: \(error)") }
    }
  }

  private static func read(_ files: PublishingSettings.TLS) throws(PublishingError) -> State {
    let stamps = stamps(of: files)
    let configuration = try mutualTLS(files)
    let authorities = try authorities(of: files)
    do {
      return State(
        context: try NIOSSLContext(configuration: configuration), authorities: authorities,
        stamps: stamps)
    } catch {
      throw PublishingError(
        code: .certificate, subject: files.certificateChainPath,
        detail: "does not go with the key \(files.privateKeyPath) (\(error)); put the pair there")
    }
  }

  private static func authorities(
    of files: PublishingSettings.TLS
  ) throws(PublishingError) -> [PeerCertificate.Authority] {
    let path = files.clientAuthoritiesPath
    let found = try? NIOSSLCertificate.fromPEMFile(path).map {
      PeerCertificate.Authority(der: try $0.toDERBytes())
    }
    guard let found, !found.contains(where: { $0 == nil }) else {
      throw PublishingError(
        code: .certificate, subject: path,
        detail: "holds a certificate that cannot be read; give PEM certificates of authorities")
    }
    return found.compactMap { $0 }
  }
}
