import FoundationEssentials
import Synchronization

/// Where a service says which secret it uses, so that a rotation can prove it.
public enum AdoptionReporting: Sendable {
    /// Nowhere.
    case none
    /// A file that holds the last line, replaced in one step.
    case file(String)
    /// Whatever the closure does with the line: hands it to a request that asks for it, say.
    case handing(@Sendable (String) async -> Void)

    /// Whether anybody wants to know.
    var isWanted: Bool { if case .none = self { false } else { true } }
}

/// Says which secret bought the last token, each time that one did.
///
/// Nothing is said of a secret that was only read: evidence is use.
final class AdoptionReporter: Sendable {
    private let reporting: AdoptionReporting
    private let time: TokenTime
    /// To whoever hands lines on, one after another and in nobody's way; only the last one counts.
    private let lines: AsyncStream<String>.Continuation?

    init(_ reporting: AdoptionReporting, time: TokenTime) {
        self.reporting = reporting
        self.time = time
        guard case .handing(let hand) = reporting else {
            lines = nil
            return
        }
        let (stream, lines) = AsyncStream<String>.makeStream(bufferingPolicy: .bufferingNewest(1))
        self.lines = lines
        Task { for await line in stream { await hand(line) } }
    }

    deinit { lines?.finish() }

    /// Reports a use; throws where the file can't be written.
    func report(_ used: ClientAuthentication, beside candidate: ClientAuthentication?) throws {
        guard let secret = used.secret, used.isSecret else { return }
        let other = candidate.flatMap { $0.digest == used.digest ? nil : $0.secret }
        let line = AdoptionFingerprint.line(
            clientID: used.clientID, secret: secret, candidate: other, at: time.date())
        switch reporting {
        case .none: break
        case .handing: lines?.yield(line)
        case .file(let path): try Data(line.utf8).write(to: URL(filePath: path), options: .atomic)
        }
    }
}
