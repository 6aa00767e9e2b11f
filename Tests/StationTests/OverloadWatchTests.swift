import Testing

@testable import Station

@Suite struct OverloadWatchTests {
  @Test func `each second in which samples were dropped is told, the first of all aloud`() {
    var watch = OverloadWatch()
    let looks = [0, 3, 3, 5].map { watch.look(dropped: $0) }
    #expect(looks.map(\.isNews) == [false, true, false, true])
    #expect(looks.map(\.isFirst) == [false, true, false, false])
  }

  @Test func `a new pipeline, which counts from 0 again, is heard from its first drop on`() {
    var watch = OverloadWatch()
    let looks = [5_000, 0, 7, 7].map { watch.look(dropped: $0) }
    #expect(looks.map(\.isNews) == [true, false, true, false])
    #expect(looks.map(\.isFirst) == [true, false, false, false])
    // The first look at the new one finds drops already.
    let again = watch.look(dropped: 2)
    #expect(again.isNews)
  }
}
