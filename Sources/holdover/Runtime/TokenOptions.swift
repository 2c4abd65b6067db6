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

    @Option(
        help: ArgumentHelp(
            "Where the certificate of that key is, to show on the connection (RFC 8705).",
            valueName: "ref"))
    var cert: String?

    @Option(name: .customLong("key-id"), help: "What the server calls that key.")
    var keyID: String?

    @Option(help: "RS256, PS256, ES256 or EdDSA; the key decides if left out.")
    var algorithm: String?

    @Option(
        help: ArgumentHelp(
            "Whom an assertion is for, such as the issuer; the token endpoint if left out.",
            valueName: "uri"))
    var assertionAudience: String?

    @Option(
        help: ArgumentHelp(
            "How the client proves itself, such as client_secret_post; what the server offers, "
                + "else client_secret_basic, if left out.",
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

    @Option(
        help: ArgumentHelp(
            "How long a token from the cache must be good for; of `exec` half its life if left "
                + "out.", valueName: "time"))
    var validFor: String?

    @Option(help: ArgumentHelp("How long all of it may take.", valueName: "time"))
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
        if let validFor, Span(validFor).map({ $0 > .zero }) != true {
            throw ValidationError("--valid-for takes a time such as 10m")
        }
        if fresh, noCache { throw ValidationError("choose one of --fresh and --no-cache") }
    }

    private func checkBesidePlan() throws {
        let own = [
            ("--client-id", clientID), ("--secret", secret), ("--key", key), ("--cert", cert),
            ("--key-id", keyID), ("--algorithm", algorithm),
            ("--assertion-audience", assertionAudience), ("--auth-method", authMethod),
            ("--ca-file", caFile),
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
        guard cert == nil || key != nil else { throw ValidationError("--cert needs its --key") }
        let isSigned = key != nil && cert == nil
        guard isSigned || (keyID == nil && algorithm == nil) else {
            throw ValidationError("--key-id and --algorithm need --key, and no --cert")
        }
        guard isSigned || assertionAudience == nil || authMethod == "client_secret_jwt" else {
            throw ValidationError(
                "--assertion-audience needs --key without --cert, or --auth-method "
                    + "client_secret_jwt")
        }
        if let algorithm, AssertionKey.Algorithm(rawValue: algorithm) == nil {
            let known = AssertionKey.Algorithm.allCases.map(\.rawValue).joined(separator: ", ")
            throw ValidationError("--algorithm takes one of \(known)")
        }
        try checkMethod()
    }

    private func checkMethod() throws {
        guard let authMethod else { return }
        let all = Self.secretMethods + [Self.keyMethod] + Self.certificateMethods
        guard all.contains(authMethod) else {
            throw ValidationError("--auth-method takes one of \(all.joined(separator: ", "))")
        }
        let fitting =
            cert != nil
            ? Self.certificateMethods : key != nil ? [Self.keyMethod] : Self.secretMethods
        guard fitting.contains(authMethod) else {
            throw ValidationError(
                "private_key_jwt goes with --key, tls_client_auth and self_signed_tls_client_auth "
                    + "with --cert, the others with --secret")
        }
    }

    /// The registered names (RFC 7591 §2, RFC 8705 §2), the usual one first.
    static let secretMethods = ["client_secret_basic", "client_secret_post", "client_secret_jwt"]
    static let keyMethod = "private_key_jwt"
    static let certificateMethods = ["tls_client_auth", "self_signed_tls_client_auth"]

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

    /// ``validFor`` as a duration.
    var leastLife: Duration? { validFor.flatMap(Span.init).map { .milliseconds($0.milliseconds) } }
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
