import Captures
import Glibc
import Model
import SiteConfiguration
import Station

extension CaptureFilm {
  /// Replays the capture at `input` and makes the film at `output`, which must not be there yet.
  static func make(
    of input: String, camera: String?, to output: String, from: Double, to: Double?
  ) throws -> (camera: String, report: Report, truncation: String?) {
    guard access(output, F_OK) != 0 else {
      throw CaptureError(
        .badInput, operation: "write", subject: output,
        reason: "there is a file of this name; it is not overwritten")
    }
    let reader = try CaptureReader(path: input)
    let loaded = try LoadedSite(bundle: SiteBundle(decoding: reader.siteBundle))
    var site = loaded.configuration.site
    site.exercise = site.exercise ?? reader.header.exercise
    let cameras = site.sensors.indices.filter { site.sensors[$0].camera != nil }
    let named = cameras.filter { camera == nil || site.sensors[$0].name == camera }
    guard named.count == 1, let place = named.first else {
      let names = cameras.map { site.sensors[$0].name }.joined(separator: ", ")
      throw CaptureError(
        .badInput, operation: "film", subject: input,
        reason: camera.map { "the site has no camera \"\($0)\"; it has \(names)" }
          ?? "the site has the cameras \(names); name one with --camera")
    }
    let span = from > 0 || to != nil ? try CaptureSpan.of(input, from: from, to: to) : nil
    let film = CaptureFilm(
      path: output, site: site, sensor: SensorID(UInt16(place)), clock: reader.header.clock)
    do {
      let report = try CaptureReplay(path: input, site: site, span: span)
        .run(speed: nil, audience: film) { _, _ in }
      try film.close()
      return (site.sensors[place].name, film.report, report.truncation)
    } catch {
      unlink(output)
      throw error
    }
  }
}
