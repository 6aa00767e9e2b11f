import Captures
import Ledger
import Logging
import Model
import Publishing
import SiteConfiguration

extension LedgerLane {
  /// What the checkpoint on the storage covers, while nothing is signed.
  private var signedBefore: UInt64 {
    (try? LedgerProver(directory: directory))?.checkpoint.size ?? 0
  }

  /// Erases what is too old, which is put on record first, and the copies of holds that have ended.
  mutating func applyRetention() throws(LedgerError) {
    let now = believedTime()
    let origin = LogKey.origin(of: site.post, log: .ledger, epoch: epoch)
    let bounds = RetentionBounds(
      bytesMax: UInt64(retention.ledgerRetentionBytes),
      ageNanosMax: retention.ledgerRetentionSeconds * 1_000_000_000,
      sealedTo: signingSeed == nil ? .max : seal?.signedSize ?? signedBefore)
    if let erased = try log!.erase(bounds, origin: origin, now: now) {
      logger.notice(
        "events \(erased.from) to \(erased.through) are erased by \(erased.rule); their leaves stay"
      )
    }
    for ended in holds.ended(at: now) {
      // What goes on record is erased then: what cannot be is told, once, and stays.
      guard holds.mayRemove(ended) else {
        if stuckHolds.insert(ended.place).inserted {
          logger.error(
            """
            the hold on event \(ended.place) has ended, but its copy in \(holds.folder) belongs to \
            another user: give it to the daemon's, or remove it
            """)
        }
        continue
      }
      let log = LogKey.origin(of: site.post, log: .ledger, epoch: ended.place.epoch)
      let sequence = ended.place.sequence
      guard !stuckHolds.contains(ended.place) else { continue }
      try self.log!.put(
        ErasureRecord(
          from: sequence, through: sequence, rule: ended.rule, origin: log, post: site.post,
          time: now), at: now)
      do {
        try holds.remove(ended)
        logger.notice("the copy of event \(sequence) of \(log) is erased: \(ended.rule)")
      } catch {
        stuckHolds.insert(ended.place)
        logger.error("the copy of event \(sequence) of \(log) cannot be removed whole: \(error)")
      }
    }
    let earlier = try log!.eraseEarlier(
      in: holds.folders, ageNanosMax: bounds.ageNanosMax, now: now)
    for one in earlier.erased {
      logger.notice(
        """
        records \(one.from) to \(one.through) of \(one.origin) are erased by storage.retention; \
        their leaves stay
        """)
    }
    for text in earlier.obstacles where toldObstacles.insert(text).inserted {
      logger.error("\(text)")
    }
    // All of it is durable already.
    durableBefore = try log!.commit()
    feed.advance(to: durableBefore)
  }

  /// The time that erasing goes by; a clock that is doubted is told once.
  private mutating func believedTime() -> WallTime {
    let reading = erasureClock.read()
    cells.set(Cell.clockDoubted.rawValue, reading.doubted == nil ? 0 : 1)
    if let doubted = reading.doubted, !wasDoubted {
      logger.warning(
        """
        the clock jumped ahead to \(doubted.utcText): nothing is erased by it, and no hold ends, until it \
        has said so for a day
        """)
    } else if reading.doubted == nil, wasDoubted {
      logger.notice("erasing goes by the clock again")
    }
    wasDoubted = reading.doubted != nil
    return reading.now
  }
}
