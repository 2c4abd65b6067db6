import ClientCredentials
import RotationCore

extension Problem {
    /// There is no token for `client`.
    ///
    /// `party` is who it is about, where that isn't the token endpoint.
    init(_ failure: TokenFailure, for client: String, from party: String? = nil) {
        let (exit, code, hint) = Self.meaning(of: failure)
        let words = [party, "\(failure)"].compactMap(\.self).joined(separator: ": ")
        self.init(
            exit, code: code, "no token for \(client): \(words)", state: Self.state(failure),
            hint: hint)
    }

    /// The client's own credential takes too long.
    init(slowCredentialOf client: String, deadline: String) {
        self.init(
            .temporary, code: "credential-slow",
            "no token for \(client): its credential wasn't read within \(deadline)",
            state: "no token was asked for",
            hint: "see what the reference or the store waits for, or give it longer with --deadline"
        )
    }

    /// A server that says it takes nothing of the kind.
    init(notOffered offered: Set<String>, by issuer: String) {
        self.init(
            .usage, code: "method-not-offered",
            "\(issuer) doesn't take what the options name, but "
                + offered.sorted().joined(separator: ", "),
            state: "nothing secret was read, and no token was asked for",
            hint: "name a credential of that kind, or say --auth-method if its metadata are wrong")
    }

    private static func state(_ failure: TokenFailure) -> String {
        switch failure {
        case .scopeNotGranted: "the token that was granted isn't handed out"
        default:
            failure.isRefusal
                ? "no token was handed out; the secret stays as it is" : "no token was handed out"
        }
    }

    private static func meaning(of failure: TokenFailure) -> (HoldoverExit, String, String) {
        switch failure {
        case .request(let error, _), .refusedBefore(let error, _):
            failure.isRefusal
                ? (
                    .unauthorized, "client-refused",
                    "see that the secret is this client's, and presented as the server wants it"
                ) : meaning(of: error)
        case .circuitOpen, .throttled, .deadline:
            (.temporary, "token-away", "try again later, or give it longer with --deadline")
        case .noCredential: (.failure, "no-credential", "see what the reference or store holds")
        case .scopeNotGranted:
            (.failure, "scope-not-granted", "have the scope granted, or ask for less with --scope")
        case .cancelled: (.interrupted, "cancelled", "try again")
        }
    }

    private static func meaning(of error: TokenError) -> (HoldoverExit, String, String) {
        switch error {
        case .refused:
            (
                .failure, "token-refused",
                "look at --scope, --audience, --resource, and the client's grants"
            )
        case .unavailable, .noAnswer:
            (.temporary, "token-away", "try again later, or give it longer with --deadline")
        // A page where a token should be, which may be gone a moment later.
        case .malformed(let status, _) where status < 400:
            (.temporary, "token-malformed", "see who answers at that address, then try again")
        case .malformed: (.failure, "token-malformed", "see who answers at that address")
        case .unusable: (.usage, "token-unusable", "mend the option or the plan that says so")
        }
    }

    /// The client's own credential can't be had.
    init(credential error: AdapterError) {
        let problem = Problem(error)
        self.init(
            problem.exit, code: error.code, error.message, state: "no token was asked for",
            hint: "see what the reference or the store holds")
    }

    /// A token that standard output didn't take.
    init(notPrinted reason: String) {
        self.init(
            .failure, code: "not-printed", "standard output doesn't take it: \(reason)",
            state: "what was asked for isn't printed, or only a part of it",
            hint: "see where standard output goes, then try again")
    }

    /// A value where a reference should be; it isn't repeated.
    init(notAReference option: String) {
        self.init(
            .usage, code: "not-a-reference", "\(option) takes a reference, and never a value",
            state: "nobody was asked; what was typed stands in the shell's history",
            hint: "env:NAME, file:/path, systemd-credential:NAME, vault:mount/path#field or "
                + "exec:/path; replace the secret if that was it")
    }
}
