import Logging
import Model
import Sharing
import SiteConfiguration

extension AgreementBook {
  /// Reads the agreements beside the site file and puts them in force as a whole, each on record with
  /// its digest first: in `record`, `nil` for a post that serves no partner. A file with a mistake
  /// leaves what it gave before.
  func read(of loaded: LoadedSite, record: ReleaseDesk?, logger: Logger) async {
    guard let folder = loaded.agreementFolder else { return }
    let site = loaded.configuration.site
    let before = self.set
    let set = AgreementSet.read(
      folder: folder, site: site, previous: before, hash: LoadedSite.sha256)
    for diagnostic in set.diagnostics { logger.warning("\(diagnostic.text)") }
    let known = Set(before.agreements.values.map(\.digest))
    let new = set.agreements.values.filter { !known.contains($0.digest) }.sorted { $0.id < $1.id }
    if let record {
      do {
        try await record.record(new.map { ReleaseEntry(inForce: $0, at: wallNow()) })
      } catch {
        logger.error("the agreements stay as they were: they cannot be put on record: \(error)")
        return
      }
    }
    for agreement in new {
      logger.notice(
        "agreement \(agreement.id) with \(agreement.recipient), SHA-256 \(agreement.digest)")
    }
    adopt(set, site: site)
  }
}
