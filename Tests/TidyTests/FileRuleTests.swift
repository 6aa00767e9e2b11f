import Testing

@Suite struct FileRuleTests {
  @Test(arguments: Rule.allCases)
  func `the tree follows the rule`(_ rule: Rule) {
    let findings = rule.findings(in: SourceTree.here.files, but: House.exceptions)
    #expect(findings.map(\.description) == [])
  }

  @Test func `every exception still excuses something`() {
    for exception in House.exceptions {
      let excused = SourceTree.here.files.filter(exception.covers).flatMap {
        exception.rule.findings(in: $0)
      }
      #expect(!excused.isEmpty, "\(exception.rule) \(exception.path): \(exception.reason)")
    }
  }

  @Test func `the tree is found and read`() {
    let tree = SourceTree.here
    #expect(tree.sources.count > 100)
    #expect(tree.file("Package.swift") != nil)
    for folder in House.hot + House.cold {
      #expect(tree.sources.contains { $0.path.hasPrefix(folder) }, "\(folder) is empty")
    }
  }
}

/// Each rule meets a text that breaks it, and its like that does not.
@Suite struct RuleSelfTests {
  struct Case: Sendable, CustomTestStringConvertible {
    let rule: Rule
    let path: String
    let bad: String
    let good: String

    init(_ rule: Rule, _ path: String = "Sources/Fusion/A.swift", bad: String, good: String) {
      self.rule = rule
      self.path = path
      self.bad = bad
      self.good = good
    }

    var testDescription: String { "\(rule): \(bad.prefix(40))" }
  }

  static let openMark = "TO" + "DO"
  static let longFile = String(repeating: "let a = 1\n", count: Length.sourceMax)

  static let cases = [
    Case(.noLock, bad: "let inbox = Mutex<Int>(0)", good: "let note = \"Mutex<Int>\"  // Mutex"),
    Case(.noLock, bad: "private let lock = NSLock()", good: "let lock = ClockReader()"),
    Case(
      .noExistential, bad: "var source: any EdgeSource", good: "func take(_ s: some EdgeSource)"),
    Case(.noExistential, bad: "[any Error]", good: "/// of any Sensor\nlet many = 1"),
    Case(.noOutput, bad: "print(\"x\")", good: "blueprint(1)"),
    Case(.noOutput, bad: "let a = \"\\(print(1))\"", good: "let a = \"print(1)\""),
    Case(.noOutput, bad: "{ debugPrint(self) }", good: "logger.print(1)"),
    Case(.noQueue, bad: "DispatchQueue.main.async {}", good: "/* DispatchQueue */ let queue = 1"),
    Case(.noHashOrder, bad: "var seen: Set<UInt32> = []", good: "mutating func Settle() {}"),
    Case(.noHashOrder, bad: "var ids: [String: SensorID]", good: "tracks[safe: place]"),
    Case(.noHashOrder, bad: "var ids: Named = [:]", good: "let ids: [SensorID] = []"),
    Case(.noHashOrder, bad: "let a = Dictionary(grouping: b, by: c)", good: "let a = b.sorted()"),
    Case(.noClock, bad: "let now = Date()", good: "let noDated = Dated()"),
    Case(.noClock, bad: "unsafe gettimeofday(&t, nil)", good: "let time = arrival.time"),
    Case(.noClock, bad: "unsafe clock_gettime(CLOCK_REALTIME, &t)", good: "let t = x.time(of: y)"),
    Case(.noClock, bad: "let now = time(nil)", good: "func time(at place: Int) -> Instant {"),
    Case(.noClock, bad: "Int.random(in: 0..<4)", good: "Int.random(in: 0..<4, using: &generator)"),
    Case(.noFoundation, bad: "import Foundation", good: "import Glibc"),
    Case(.noFoundation, bad: "internal import FoundationEssentials", good: "// import Foundation"),
    Case(.noTrap, bad: "fatalError(\"not yet\")", good: "preconditionFailure(\"never\")"),
    Case(
      .invariantTold, bad: "/// A box.\nfinal class Box: @unchecked Sendable {}",
      good: "/// Invariant: used by one thread.\nfinal class Box: @unchecked Sendable {}"),
    Case(
      .purposeFirst, bad: "import Glibc\n\nstruct A {}",
      good: "import Glibc\n\n/// It.\nstruct A {}"),
    Case(
      .purposeFirst, bad: "extension A {\n  func b() {}\n}",
      good: "extension A {\n  /// It.\n  func b() {}\n}"),
    Case(.length, bad: longFile + "let b = 2\n", good: longFile),
    Case(.nothingLeftOpen, bad: "// \(openMark): later", good: "// \(openMark)S is a name"),
    Case(
      .noWorkplacePath, bad: "let a = \"/ho" + "me/me/x\"", good: "let a = \"Docs/ho" + "me/x\""),
  ]

  @Test(arguments: cases)
  func `a rule finds what breaks it and lets its like through`(_ given: Case) {
    let bad = SourceText(path: given.path, text: given.bad)
    let good = SourceText(path: given.path, text: given.good)
    #expect(given.rule.applies(to: bad))
    #expect(given.rule.findings(in: [bad], but: []).count >= 1)
    #expect(given.rule.findings(in: [good], but: []).map(\.description) == [])
  }

  @Test func `every rule is tried`() {
    #expect(Set(Self.cases.map(\.rule)) == Set(Rule.allCases))
  }

  @Test func `an exception covers its file or folder alone`() {
    let hit = SourceText(path: "Sources/Fusion/A.swift", text: "let a = Mutex(0)")
    let other = SourceText(path: "Sources/Fusion/B.swift", text: "let a = Mutex(0)")
    let excused = Exception(.noLock, "Sources/Fusion/A.swift", because: "test")
    let otherRule = Exception(.noClock, "Sources/Fusion/", because: "test")
    #expect(
      Rule.noLock.findings(in: [hit, other], but: [excused, otherRule]).map(\.path) == [other.path])
  }

  @Test func `rules of the hot path leave cold code alone`() {
    for path in [
      "Sources/Fusion/Cases/A.swift", "Sources/vedette/A.swift", "Tests/FusionTests/A.swift",
    ] {
      let file = SourceText(path: path, text: "print(1)\nlet a = Mutex(0)\n")
      #expect(Rule.noOutput.findings(in: [file], but: []).isEmpty)
      #expect(Rule.noLock.findings(in: [file], but: []).isEmpty)
    }
  }

  @Test func `comments and strings are blanked, interpolations are code`() {
    let text = """
      let a = "x // y"  // print(1)
      /* Mutex /* nested */ print(2) */ let b = 1
      let c = #"raw " \\(no) quote"#; let d = "in \\(call("print(3)") + 4) out"
      """
    let file = SourceText(path: "Sources/Fusion/A.swift", text: text)
    let code = file.code.joined(separator: "\n")
    #expect(code.contains("let b = 1"))
    #expect(code.contains("let d ="))
    #expect(code.contains("(call("))
    for gone in ["print", "Mutex", "quote", "out", "//", "no"] { #expect(!code.contains(gone)) }
    #expect(file.code.count == file.lines.count)
  }

  @Test func `a string over several lines is blanked to its end`() {
    let fence = String(repeating: "\"", count: 3)
    let text = "let a = \(fence)\n  print(1) \"quoted\"\n  \(fence)\nprint(2)\n"
    let file = SourceText(path: "Sources/Fusion/A.swift", text: text)
    #expect(Rule.noOutput.findings(in: file).map(\.line) == [4])
  }
}
