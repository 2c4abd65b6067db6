import Adapters
import ArgumentParser
import ClientCredentials
import RotationCore

/// Which token is wanted, and with what it is asked for.
struct TokenOptions: ParsableArguments {
    @Argument(help: "A plan file, or the name of a client with a plan.")
    var plan: String?

    @Option(help: "Read the secret from this store of the plan; the first that can be read else.")
    var store: String?

    @Option(
        name: .customLong("token-url"),
        help: ArgumentHelp("Without a plan: the token endpoint.", valueName: "url"))
    var tokenURL: String?

    @Option(
        help: ArgumentHelp(
            "Or the server's issuer, which is asked for it each time (RFC 8414).",
            valueName: "url"))
    var issuer: String?

    @Option(name: .customLong("client-id"), help: "Without a plan: the client's id.")
    var clientID: String?

    @Option(
        help: ArgumentHelp(
            "Where its secret is: env:, file:, systemd-credential:, vault: or exec:.",
            valueName: "ref"))
    var secret: String?

    @Option(
        help: ArgumentHelp(
            "Or where its private key is, a PEM or a JWK.", valueName: "ref"))
    var key: String?

    @Option(name: .customLong("key-id"), help: "What the server calls that key.")
    var keyID: String?

    @Option(help: "RS256, PS256, ES256 or EdDSA; the key decides if left out.")
    var algorithm: String?

    @Option(
        help: ArgumentHelp(
            "client_secret_basic, client_secret_post, client_secret_jwt or private_key_jwt.",
            valueName: "method"))
    var authMethod: String?

    @Option(
        help: ArgumentHelp(
            "Without a plan: the only authorities to trust, as PEM.", valueName: "file"))
    var caFile: String?

    @Option(help: "The scope to ask for, words with spaces between; the plan's else.")
    var scope: String?

    @Option(help: "The audience parameter that some servers want; the plan's else.")
    var audience: String?

    @Option(
        help: ArgumentHelp(
            "What the token is for (RFC 8707); may be repeated.", valueName: "uri"))
    var resource: [String] = []

    @Flag(help: "Ask the server, though a token is in the cache.")
    var fresh = false

    @Flag(help: "Leave the cache alone.")
    var noCache = false

    @Flag(help: "Fail where the server grants less scope than was asked for.")
    var insistScope = false

    @Option(help: ArgumentHelp("How long it may take.", valueName: "time"))
    var deadline = "30s"

    func validate() throws {
        let places = [plan, tokenURL, issuer].compactMap(\.self)
        guard places.count == 1 else {
            throw ValidationError("name a plan, or else --token-url or --issuer")
        }
        if plan != nil { try checkBesidePlan() } else { try checkAlone() }
        guard Span(deadline).map({ $0 > .zero }) == true else {
            throw ValidationError("--deadline takes a time such as 30s")
        }
        if fresh, noCache { throw ValidationError("choose one of --fresh and --no-cache") }
    }

    private func checkBesidePlan() throws {
        let own = [
            ("--client-id", clientID), ("--secret", secret), ("--key", key), ("--key-id", keyID),
            ("--algorithm", algorithm), ("--auth-method", authMethod), ("--ca-file", caFile),
        ]
        for (name, value) in own where value != nil {
            throw ValidationError("a plan says how its client proves itself: leave \(name) out")
        }
    }

    private func checkAlone() throws {
        guard store == nil else { throw ValidationError("--store needs a plan") }
        guard clientID?.isEmpty == false else { throw ValidationError("--client-id is missing") }
        guard (secret == nil) != (key == nil) else {
            throw ValidationError("name the secret with --secret, or the key with --key")
        }
        guard key != nil || (keyID == nil && algorithm == nil) else {
            throw ValidationError("--key-id and --algorithm need --key")
        }
        if let algorithm, AssertionKey.Algorithm(rawValue: algorithm) == nil {
            let known = AssertionKey.Algorithm.allCases.map(\.rawValue).joined(separator: ", ")
            throw ValidationError("--algorithm takes one of \(known)")
        }
        guard let authMethod else { return }
        guard authMethod == Self.keyMethod || SecretPresentation(method: authMethod) != nil else {
            throw ValidationError(
                "--auth-method takes client_secret_basic, client_secret_post, client_secret_jwt "
                    + "or private_key_jwt")
        }
        guard (authMethod == Self.keyMethod) == (key != nil) else {
            throw ValidationError("private_key_jwt goes with --key, the others with --secret")
        }
    }

    static let keyMethod = "private_key_jwt"

    /// `endpoint`, asked for what was wished.
    func wish(of endpoint: TokenEndpoint) -> TokenEndpoint {
        var endpoint = endpoint
        if let scope { endpoint.scope = scope }
        if let audience { endpoint.audience = audience }
        if !resource.isEmpty { endpoint.resources = resource }
        return endpoint
    }

    /// ``deadline`` as a duration.
    var patience: Duration { .milliseconds(Span(deadline)?.milliseconds ?? 30_000) }
}

extension SecretPresentation {
    /// By the registered name of the method (RFC 7591 §2).
    init?(method: String) {
        switch method {
        case "client_secret_basic": self = .basic
        case "client_secret_post": self = .post
        case "client_secret_jwt": self = .jwt
        default: return nil
        }
    }
}
