import Model
import SiteConfiguration

extension LoadedSite {
  /// The site; events of a simulation are always those of an exercise.
  func site(fedBy origin: SampleOrigin) -> Site {
    var site = configuration.site
    if origin.isSimulated, site.exercise == nil { site.exercise = "simulation" }
    return site
  }

  /// Checks what the site file cannot tell by itself, before anything is stopped or started for it: the
  /// keys of its links, and that it is of the post whose ledger is open, as `started` says.
  ///
  /// - Throws: `configuration` with what is wrong: no pipeline could start.
  func checkStart(inPlaceOf started: LoadedSite, origin: SampleOrigin) throws(StationError) {
    let (site, ledger) = (configuration.site, started.configuration.site.post)
    guard site.post == ledger else {
      throw StationError(
        .configuration,
        "post: the ledger in use is that of \(ledger), the site file says \(site.post); a post keeps "
          + "its name as long as its ledger; for another post give it a state folder of its own and "
          + "restart")
    }
    // Only what comes from devices is judged by a key that must be there.
    guard case .devices = origin else { return }
    for link in site.links { _ = try link.signing(time: 0) }
  }
}
