import ArgumentParser
import Captures
import Glibc
import Ledger
import Scoring
import SiteConfiguration
import Station

/// Exit codes of every command (sysexits.h where it has one).
enum ExitStatus {
  /// Found something wrong.
  static let wrong = ExitCode(1)
  /// Bad input data.
  static let badData = ExitCode(65)
  /// Input missing.
  static let missing = ExitCode(66)
  /// Device or peer unavailable.
  static let unavailable = ExitCode(69)
  /// Input/output error.
  static let inputOutput = ExitCode(74)

  /// That of a ledger that could not be read or changed.
  static func of(_ error: LedgerError) -> ExitCode {
    switch error.code {
    case .noLedger, .missing: missing
    case .damaged, .unsupported, .otherPost, .otherKey, .tooLarge: badData
    default: inputOutput
    }
  }
}

/// Writes `text` and a line end to standard error.
func complain(_ text: String) {
  put("vedette: \(text)\n", on: STDERR_FILENO)
}

/// Writes `text` and a line end to standard output at once, also into a pipe.
func say(_ text: String) {
  put(text + "\n", on: STDOUT_FILENO)
}

private func put(_ text: String, on descriptor: Int32) {
  let bytes = Array(text.utf8)
  var done = 0
  while done < bytes.count {
    let written = bytes.withUnsafeBytes {
      write(descriptor, $0.baseAddress! + done, bytes.count - done)
    }
    guard written > 0 || errno == EINTR else { return }
    done += max(0, written)
  }
}

/// Runs `body`; an error becomes one clear message and its exit code.
func reporting<Value>(_ body: () async throws -> Value) async throws -> Value {
  do {
    return try await body()
  } catch let error as ExitCode {
    throw error
  } catch let errors as ConfigurationErrors {
    complain("the configuration cannot be used:\n\(errors)")
    throw ExitCode(errors.exitStatus)
  } catch let error as CaptureError {
    complain("\(error)")
    guard error.code != .storageFull else { throw ExitStatus.inputOutput }
    throw access(error.subject, F_OK) == 0 ? ExitStatus.badData : ExitStatus.missing
  } catch let error as LedgerError {
    complain("\(error)")
    throw ExitStatus.of(error)
  } catch let error as ScoringError {
    complain("\(error)")
    throw error.isMissing ? ExitStatus.missing : ExitStatus.badData
  } catch let error as StationError where error.code == .capture {
    complain("\(error)")
    throw ExitStatus.missing
  } catch {
    complain("\(error)")
    throw ExitStatus.inputOutput
  }
}
