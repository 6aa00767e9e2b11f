import FoundationEssentials
import Fusion
import Testing

@Suite("An observation case")
struct CaseRunnerTests {
  private let site = """
    {"version": 1, "origin": {"lat": 50.0, "lon": 20.0, "alt": 100.0},
     "lines": [{"id": "border", "kind": "border", "closed": false, "points": [[-50, 0], [50, 0]],
       "left_to_right": "in", "right_to_left": "out"}],
     "sensors": [
       {"id": "cam-1", "kind": "camera", "pos": [0, -40, 6], "az": 1.57, "half": 0.6,
        "range": [5, 120], "fps": 5, "ground": true, "sigma_az": 0.004, "sigma_el": 0.002,
        "pd": 0.9, "clutter_per_frame": 0.03,
        "coverage": [[-40, -30], [40, -30], [40, 60], [-40, 60]]},
       {"id": "pir-1", "kind": "pir", "pos": [0, 0, 1], "az": 1.57, "half": 0.8,
        "range": [0, 12], "coverage": [[-6, 1], [6, 1], [6, 12], [-6, 12]], "pd": 0.95,
        "far_per_h": 2.0, "hold_s": 2.0},
       {"id": "patrol-1", "kind": "blue", "sysid": 7}, {"id": "uav-1", "kind": "drone", "sysid": 1}]}
    """

  private func folder() throws -> String {
    let path = FileManager.default.temporaryDirectory.path + "/vedette-case-\(UUID())"
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    return path
  }

  private func write(_ text: String, _ path: String) throws {
    try Data(text.utf8).write(to: URL(filePath: path))
  }

  private func lines(_ path: String) throws -> [String] {
    let data = try Data(contentsOf: URL(filePath: path))
    return String(decoding: data, as: UTF8.self).split(separator: "\n").map(String.init)
  }

  @Test("of a walker gives tracks each second, one event and the running time")
  func walker() throws {
    let path = try folder()
    defer { try? FileManager.default.removeItem(atPath: path) }
    try write(site, path + "/site.json")
    var messages = ""
    for step in 0..<100 {
      let t = 1_760_000_000_000_000_000 + Int64(step) * 200_000_000
      let north = 1.3 * (10 - Double(step) * 0.2)
      messages += """
        {"rx":\(t + 90_000_000),"t":\(t),"s":"cam-1","k":"cam","n":\(step),"d":[{"az":1.5,\
        "saz":0.004,"w":0.02,"q":{"person":0.7,"vehicle":0.1,"animal":0.1,"none":0.1},\
        "p":[3.0,\(north)],"c":[0.1,0.0,0.3]}]}\n
        """
      if step == 20 {
        messages +=
          #"{"rx":\#(t + 95_000_000),"t":\#(t),"s":"pir-1","k":"gpio","v":1}"# + "\n"
        messages +=
          #"{"rx":\#(t + 96_000_000),"t":\#(t),"s":"patrol-1","k":"pose","lat":500004000,"#
          + #""lon":200000000,"alt":100000,"vx":0,"vy":0,"hdg":0,"h_acc":1.5}"# + "\n"
        messages +=
          #"{"rx":\#(t + 97_000_000),"t":\#(t),"s":"uav-1","k":"uavdet","n":1,"fov":"#
          + #"{"lat":500004000,"lon":200000000,"r":20},"d":[{"lat":500004100,"lon":200000100,"#
          + #""h_acc":1.8,"q":{"person":0.5,"none":0.2}}]}"# + "\n"
      }
    }
    try write(messages, path + "/sensors.jsonl")
    try CaseRunner.run(case: path, out: path + "/out")
    let events = try lines(path + "/out/events.jsonl")
    #expect(events.count == 1)
    #expect(events.first?.contains(#""line":"border""#) == true)
    #expect(events.first?.contains(#""dir":"in","class":"person""#) == true)
    #expect(events.first?.contains(#""cam-1""#) == true)
    let tracks = try lines(path + "/out/tracks.jsonl")
    #expect(tracks.count >= 19)
    #expect(tracks.allSatisfy { $0.hasPrefix(#"{"t":17600000"#) && $0.contains("000000000,") })
    #expect(tracks.contains { $0.contains(#""class":"friendly""#) })
    #expect(try lines(path + "/out/runtime.json").first?.contains(#""detections":103"#) == true)
  }

  @Test(
    "that does not follow the format is refused with file, line and reason",
    arguments: [
      ("{}", "", "site.json"), ("[1", "", "site.json"),
      (
        #"{"version":2,"origin":{"lat":1,"lon":1,"alt":1},"lines":[],"sensors":[]}"#, "",
        "version 2"
      ),
      (
        #"{"version":1,"origin":{"lat":1,"lon":1,"alt":1},"lines":[],"sensors":[{"id":"x","kind":"y"}]}"#,
        "", "unknown kind y"
      ),
      (
        #"{"version":1,"origin":{"lat":1,"lon":1,"alt":1},"lines":[],"sensors":[]}"#,
        "{\"rx\":1,\"t\":1,\"s\":\"a\",\"k\":\"gpio\"}\n{\"rx\":", "line 2"
      ),
    ])
  func malformed(site: String, messages: String, word: String) throws {
    let path = try folder()
    defer { try? FileManager.default.removeItem(atPath: path) }
    try write(site, path + "/site.json")
    try write(messages, path + "/sensors.jsonl")
    let error = #expect(throws: CaseError.self) {
      try CaseRunner.run(case: path, out: path + "/out")
    }
    #expect(error?.code == .malformed)
    #expect(error?.description.contains(word) == true)
  }

  @Test("that is not there is unreadable")
  func absent() {
    let error = #expect(throws: CaseError.self) {
      try CaseRunner.run(case: "/nowhere/at-all", out: "/nowhere/out")
    }
    #expect(error?.code == .unreadable)
  }

  @Test("cut anywhere never traps", arguments: 0..<40)
  func truncated(part: Int) throws {
    let path = try folder()
    defer { try? FileManager.default.removeItem(atPath: path) }
    try write(String(site.prefix(site.count * part / 40)), path + "/site.json")
    try write("", path + "/sensors.jsonl")
    #expect(throws: CaseError.self) { try CaseRunner.run(case: path, out: path + "/out") }
  }
}
