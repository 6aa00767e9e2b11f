import Model
import SiteConfiguration
import TestSupport

extension RandomSharing {
  /// What a rule releases, loosened or tightened from one rule to the next.
  private struct Grant {
    var fields: [SharedEventKind: [String]]
    var delay = 0
  }

  /// The text of an agreement, which is JSON and therefore YAML; it may have a mistake.
  mutating func agreement(_ number: Int) -> String {
    let isThird = chance(15)
    var grant = Grant(fields: [:])
    for kind in SharedEventKind.allCases {
      grant.fields[kind] = ReleaseField.allCases.filter {
        $0.exists(in: kind) && !(isThird && $0.couldIdentify)
      }.map(\.rawValue)
    }
    let rules = (0..<Int.random(in: 1...5, using: &random)).map { rule($0, isThird, &grant) }
    let from = Self.moment(Int64.random(in: -2_000...40_000, using: &random) / 60 * 60)
    let until = Self.moment(Int64.random(in: 40_100...200_000, using: &random) / 60 * 60)
    let digest = String(repeating: "ab", count: 32)
    return """
      {"agreement":1,"id":"urn:agreement:\(number)",\
      "parties":{"releaser":"urn:partner:a","recipient":"urn:partner:b"},\
      "signed":{"document_sha256":"\(digest)","by":["a","b"]},\
      "identity":{"san_uri":"urn:partner:b","issuer_sha256":["\(digest)"]},\
      "valid":{"from":"\(from)","until":"\(until)"},\
      "purposes":["surveillance","rescue"],\
      "exercise":"\(pick(["live", "exercise", "both", "both"]))",\
      "profile":"\(isThird ? "third-country" : "partner")",\
      "handling":{"tlp":"AMBER","onward":"none"},"rules":[\(rules.joined(separator: ","))]}
      """
  }

  private mutating func rule(_ number: Int, _ isThird: Bool, _ grant: inout Grant) -> String {
    let kind: SharedEventKind = pick([.crossing, .crossing, .crossing, .sensorHealth, .postStatus])
    let isRefusal = chance(30)
    var when = ["\"event\":\"\(kind.rawValue)\""]
    if kind == .crossing {
      let every = TargetClass.allCases.map { "\($0.name)" }
      let all = isThird ? ["animal", "drone", "vehicle"] : every
      if !isRefusal || chance(50) {
        let classes = all.filter { _ in chance(60) }
        when.append("\"classes\":[\(Self.list(classes.isEmpty ? [all[0]] : classes))]")
      }
      if chance(25) { when.append("\"directions\":[\"\(pick(["in", "out"]))\"]") }
      if chance(40) { when.append("\"min_confidence\":\(Int.random(in: 0...100, using: &random))") }
      if chance(50) {
        let line = pick(["border", "border", "ford"])
        let sides = line == "border" ? ["north", "south"] : ["east", "west"]
        let side = pick(["either"] + sides)
        let within = Int.random(in: 1...6_000, using: &random)
        when.append(
          #""zone":{"border_line":"\#(line)","side":"\#(side)","within_m":\#(within)}"#)
      }
    }
    if chance(20) { when.append("\"purposes\":[\"\(pick(["surveillance", "rescue"]))\"]") }
    let head = #"{"name":"rule-\#(number)","when":{\#(when.joined(separator: ","))}"#
    if isRefusal { return head + #","refuse":"not-covered"}"# }
    let fields = (grant.fields[kind] ?? []).filter { _ in chance(70) }
    // A later rule never gives more, or the reader refuses the whole.
    grant.fields[kind] = fields
    if chance(40) { grant.delay += Int.random(in: 0...20_000, using: &random) }
    guard !fields.isEmpty else { return head + #","refuse":"empty"}"# }
    return head + #","release":{"fields":[\#(Self.list(fields))],"#
      + #""delay_s":\#(grant.delay)},"retention_days":30}"#
  }

  private static func list(_ words: [String]) -> String {
    words.map { "\"\($0)\"" }.joined(separator: ",")
  }

  /// The moment so many seconds after the epoch of the cases.
  static func moment(_ seconds: Int64) -> String {
    let time = WallTime(unixNanos: (epochSeconds + seconds) * 1_000_000_000)
    let day = (epochSeconds + seconds) / 86_400 - epochSeconds / 86_400 + 1
    let rest = (time.unixNanos / 1_000_000_000) % 86_400
    func two(_ number: Int64) -> String { number < 10 ? "0\(number)" : "\(number)" }
    return "2026-03-\(two(day))T\(two(rest / 3600)):\(two(rest / 60 % 60)):\(two(rest % 60))Z"
  }
}
