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
}

/// Says which secret bought the last token, each time that one did.
///
/// Nothing is said of a secret that was only read: evidence is use.
final class AdoptionReporter: Sendable {
    private let reporting: AdoptionReporting
    private let time: TokenTime

    init(_ reporting: AdoptionReporting, time: TokenTime) {
        self.reporting = reporting
        self.time = time
    }

    /// Reports a use; throws where the file can't be written.
    func report(_ used: ClientAuthentication, beside candidate: ClientAuthentication?) async throws
    {
        guard let secret = used.secret, used.isSecret else { return }
        let other = candidate.flatMap { $0.digest == used.digest ? nil : $0.secret }
        let line = AdoptionFingerprint.line(
            clientID: used.clientID, secret: secret, candidate: other, at: time.date())
        switch reporting {
        case .none: break
        case .handing(let hand): await hand(line)
        case .file(let path): try Data(line.utf8).write(to: URL(filePath: path), options: .atomic)
        }
    }
}
