/// A JSON value as it stands, for comparing members that have no meaning here.
enum FeatureValue: Decodable, Equatable, Sendable {
  case null
  case flag(Bool)
  case number(Double)
  case text(String)
  case list([FeatureValue])
  case object([String: FeatureValue])

  init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    if container.decodeNil() {
      self = .null
    } else if let flag = try? container.decode(Bool.self) {
      self = .flag(flag)
    } else if let number = try? container.decode(Double.self) {
      self = .number(number)
    } else if let text = try? container.decode(String.self) {
      self = .text(text)
    } else if let list = try? container.decode([FeatureValue].self) {
      self = .list(list)
    } else {
      self = .object(try container.decode([String: FeatureValue].self))
    }
  }

  subscript(_ name: String) -> FeatureValue? {
    if case .object(let members) = self { members[name] } else { nil }
  }

  var text: String? { if case .text(let text) = self { text } else { nil } }
  var number: Double? { if case .number(let number) = self { number } else { nil } }
  var list: [FeatureValue] { if case .list(let list) = self { list } else { [] } }

  /// In few words: a list by its length.
  var words: String {
    switch self {
    case .null: "nothing"
    case .flag(let flag): "\(flag)"
    case .number(let number):
      number.rounded() == number && abs(number) < 1e15 ? "\(Int64(number))" : "\(number)"
    case .text(let text): text
    case .list(let list):
      list.count <= 3
        ? "[" + list.map(\.words).joined(separator: ", ") + "]" : "\(list.count) entries"
    case .object(let members): "\(members.count) members"
    }
  }
}
