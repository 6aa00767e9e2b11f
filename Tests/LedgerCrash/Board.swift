import Glibc
import Synchronization

/// A page that the writer's process and its observer share: what the writer acknowledged outlives
/// its kill, as what a client was told does.
///
/// Invariant for `@unchecked Sendable`: the page is mapped for good, and all access is atomic.
struct Board: @unchecked Sendable {
  private let words: UnsafeMutablePointer<Atomic<UInt64>>

  /// The page in the file at `path`; made of zeros when `isNew`.
  init?(_ path: String, isNew: Bool) {
    let file = open(path, isNew ? O_RDWR | O_CREAT | O_TRUNC : O_RDWR, 0o600)
    guard file >= 0 else { return nil }
    defer { close(file) }
    guard !isNew || ftruncate(file, 4096) == 0,
      let page = mmap(nil, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0),
      UInt(bitPattern: page) != .max
    else { return nil }
    words = page.bindMemory(to: Atomic<UInt64>.self, capacity: 2)
  }

  /// Everything up to here may be read.
  var durable: UInt64 {
    get { words[0].load(ordering: .acquiring) }
    nonmutating set { words[0].store(newValue, ordering: .releasing) }
  }

  /// Groups that were acknowledged since the beginning, over all lives of the writer.
  var commits: UInt64 { words[1].load(ordering: .acquiring) }

  /// Counts a group.
  func countCommit() { words[1].add(1, ordering: .releasing) }
}
