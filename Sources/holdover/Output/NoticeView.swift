import RotationCore

/// A notice as `--json` has it.
struct NoticeView: Encodable {
    let kind: String
    let subject: String
    let words: String
    let firstAt: String
    let lastAt: String
    let count: Int

    init(_ notice: Notice) {
        kind = notice.kind.rawValue
        subject = notice.subject
        words = notice.words
        firstAt = notice.firstAt.utc
        lastAt = notice.lastAt.utc
        count = notice.count
    }
}

/// How far the server's log could be read, as `--json` has it.
struct SightView: Encodable {
    let verdict: String
    let seenUpTo: String?
    let words: String

    init(_ sight: EventSight) {
        verdict = sight.verdict.rawValue
        seenUpTo = sight.seenUpTo?.utc
        words = sight.words
    }
}

extension Notice {
    /// One line for people.
    func line(at now: Instant) -> String {
        let times = count == 1 ? "once" : "\(count) times"
        return "\(kind.rawValue): \(words); \(times), first \(firstAt.utc), "
            + "last \(lastAt.utc) (\(lastAt.relative(to: now)))"
    }
}
