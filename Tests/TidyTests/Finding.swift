/// A place where the tree breaks a rule.
struct Finding: CustomStringConvertible {
  let path: String
  let line: Int
  let text: String

  init(_ file: SourceText, line place: Int = 0, _ text: String) {
    path = file.path
    line = place + 1
    self.text = text
  }

  var description: String { "\(path):\(line): \(text)" }
}

/// A rule that a file or a folder need not follow, and why.
struct Exception {
  let rule: Rule
  /// A file, or a folder with a slash at its end.
  let path: String
  let reason: String

  init(_ rule: Rule, _ path: String, because reason: String) {
    self.rule = rule
    self.path = path
    self.reason = reason
  }

  func covers(_ file: SourceText) -> Bool {
    path.hasSuffix("/") ? file.path.hasPrefix(path) : file.path == path
  }
}

/// The rules over single files.
enum Rule: CaseIterable {
  case noLock, noExistential, noOutput, noQueue, noHashOrder, noClock, noFoundation, noTrap
  case invariantTold, purposeFirst, length, nothingLeftOpen, noWorkplacePath

  /// Finds what breaks the rule in `file`, whichever file it is.
  func findings(in file: SourceText) -> [Finding] {
    switch self {
    case .noLock: bannedWords(["Mutex", "NSLock", "pthread_mutex_lock", "os_unfair_lock"], file)
    case .noExistential: existentials(file)
    case .noOutput: bannedCalls(["print", "debugPrint", "dump", "puts", "printf"], file)
    case .noQueue: bannedWords(["DispatchQueue", "DispatchSemaphore", "OperationQueue"], file)
    case .noHashOrder: hashedCollections(file)
    case .noClock: clockReads(file)
    case .noFoundation: bannedImports(["Foundation", "FoundationEssentials"], file)
    case .noTrap: bannedCalls(["fatalError"], file)
    case .invariantTold: untoldInvariants(file)
    case .purposeFirst: missingPurpose(file)
    case .length: excessLength(file)
    case .nothingLeftOpen: openWork(file)
    case .noWorkplacePath: workplacePaths(file)
    }
  }

  /// Whether `file` has to follow the rule.
  func applies(to file: SourceText) -> Bool {
    let isSwiftSource = file.path.hasPrefix("Sources/") && file.path.hasSuffix(".swift")
    switch self {
    case .noLock, .noExistential, .noOutput, .noQueue: return isSwiftSource && House.isHot(file)
    case .noFoundation:
      return isSwiftSource && House.isHot(file)
        && file.target.map { House.floors[$0] ?? 0 < 4 } == true
    case .noHashOrder:
      return isSwiftSource && House.ordered.contains(file.target ?? "") && House.isHot(file)
    case .noClock: return isSwiftSource && House.pure.contains(file.target ?? "")
    case .noTrap, .invariantTold, .purposeFirst: return isSwiftSource
    case .length, .nothingLeftOpen, .noWorkplacePath: return true
    }
  }

  /// What breaks the rule in `files`, without what is excepted.
  func findings(in files: [SourceText], but exceptions: [Exception]) -> [Finding] {
    files.filter { file in
      applies(to: file) && !exceptions.contains { $0.rule == self && $0.covers(file) }
    }.flatMap(findings(in:))
  }
}
