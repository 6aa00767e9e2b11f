import Glibc

/// The file behind `credential:<name>` (systemd.exec(5), `$CREDENTIALS_DIRECTORY`) or a path.
func secretPath(of text: String) -> String {
  guard text.hasPrefix("credential:") else { return text }
  let folder = unsafe getenv("CREDENTIALS_DIRECTORY").map { unsafe String(cString: $0) }
  return (folder ?? "/run/credentials/vedetted.service") + "/" + text.dropFirst(11)
}
