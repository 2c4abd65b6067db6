import Foundation
import HTTPTransport
import ProcessTesting
import Testing

@testable import ClientCredentials

/// Every proof that each real server takes: a token by it, and a refusal of a wrong one.
@Suite(
    .enabled(if: RealServerProcess.areWanted, "HOLDOVER_REAL_SERVERS=1 asks for them"),
    .serialized)
struct RealAuthenticationTests {
    /// How a server says that it doesn't take a proof.
    enum Refusal: Sendable, Equatable {
        /// As RFC 6749 §5.2 has it.
        case invalidClient(Int)
        /// With this status, and nothing in the body.
        case bare(Int)

        init?(_ error: TokenError) {
            switch error {
            case .refused(let status, "invalid_client", _): self = .invalidClient(status)
            case .malformed(let status, _): self = .bare(status)
            default: return nil
            }
        }
    }

    /// One way to prove a client at one server.
    struct Proof: Sendable, CustomTestStringConvertible {
        let server: String
        let name: String
        let good: @Sendable (RealServerProcess) throws -> ClientAuthentication
        let wrong: @Sendable (RealServerProcess) throws -> ClientAuthentication
        let refusal: Refusal
        /// What the script calls another token endpoint than the metadata's; nil for that one.
        var place: String?

        var testDescription: String { "\(server): \(name)" }

        static func secret(
            _ server: String, _ name: String, _ refusal: Refusal, id: String? = nil,
            named secret: String = "CLIENT_SECRET",
            _ make: @escaping @Sendable (String, String) -> ClientAuthentication
        ) -> Proof {
            Proof(
                server: server, name: name, good: { make(id ?? $0["CLIENT_ID"], $0[secret]) },
                // Of the same length and characters.
                wrong: { make(id ?? $0["CLIENT_ID"], String($0[secret].reversed())) },
                refusal: refusal)
        }

        static func key(
            _ server: String, _ file: String, _ algorithm: AssertionKey.Algorithm,
            _ refusal: Refusal
        ) -> Proof {
            let make = { @Sendable (real: RealServerProcess, signing: String, named: String) in
                ClientAuthentication.privateKeyJWT(
                    try AssertionKey(
                        clientID: "holdover-key", file: "\(real["KEYS"])/\(signing).pem",
                        algorithm: signing == "other" ? .rs256 : algorithm, keyID: named))
            }
            return Proof(
                server: server, name: "private_key_jwt, \(algorithm.rawValue)",
                good: { try make($0, file, file) }, wrong: { try make($0, "other", file) },
                refusal: refusal)
        }

        static func certificate(
            _ server: String, _ name: String, id: String, _ file: String, wrong: String,
            _ refusal: Refusal, at place: String? = nil
        ) -> Proof {
            let make = { @Sendable (real: RealServerProcess, shown: String) in
                let path = "\(real["KEYS"])/\(shown)"
                return ClientAuthentication.tls(
                    id: id,
                    certificate: ClientCertificate(
                        chain: Array(try Data(contentsOf: URL(filePath: "\(path).crt"))),
                        key: Array(try Data(contentsOf: URL(filePath: "\(path).key")))))
            }
            return Proof(
                server: server, name: name, good: { try make($0, file) },
                wrong: { try make($0, wrong) }, refusal: refusal, place: place)
        }
    }

    static let proofs: [Proof] =
        simple("dot", post: .invalidClient(401)) + simple("buntubi", post: .invalidClient(401))
        + simple("lemonldap", post: .invalidClient(400)) + simple("canaille", post: nil)
        + all("authlib", secret: .invalidClient(401), assertion: .invalidClient(400))
        + all("glewlwyd-methods", secret: .bare(403), assertion: .bare(403))
        + [
            .certificate(
                "glewlwyd-methods", "tls_client_auth", id: "holdover-tls", "client",
                wrong: "false", .bare(403)),
            .certificate(
                "glewlwyd-methods", "self_signed_tls_client_auth", id: "holdover-self", "self",
                wrong: "client", .bare(403), at: "FRONT_URL"),
        ]

    private static func simple(_ server: String, post: Refusal?) -> [Proof] {
        let basic = Proof.secret(server, "client_secret_basic", .invalidClient(401)) {
            .basic(id: $0, secret: $1)
        }
        let body = post.map { refusal in
            Proof.secret(server, "client_secret_post", refusal) { .post(id: $0, secret: $1) }
        }
        return [basic] + (body.map { [$0] } ?? [])
    }

    private static func all(_ server: String, secret: Refusal, assertion: Refusal) -> [Proof] {
        [
            .secret(
                server, "client_secret_basic", secret, id: "holdover-basic", named: "SECRET"
            ) { .basic(id: $0, secret: $1) },
            .secret(server, "client_secret_post", secret, id: "holdover-post", named: "SECRET") {
                .post(id: $0, secret: $1)
            },
            .secret(
                server, "client_secret_jwt", assertion, id: "holdover-secret-jwt", named: "SECRET"
            ) { .clientSecretJWT(id: $0, secret: $1) },
            .key(server, "rsa", .rs256, assertion), .key(server, "rsa", .ps256, assertion),
            .key(server, "ec", .es256, assertion), .key(server, "ed25519", .edDSA, assertion),
        ]
    }

    static let servers = proofs.map(\.server).reduce(into: [String]()) { names, name in
        if !names.contains(name) { names.append(name) }
    }

    /// Those that publish their metadata where RFC 8414 has it, and not only OpenID Connect.
    private static let standard = ["authlib", "canaille"]

    /// Those that grant what they know of a scope, and leave the rest out.
    private static let lenient = ["authlib", "buntubi"]

    private let http = CurlClient()

    @Test(arguments: servers)
    func `a server takes every proof that it offers, and no wrong one`(server: String)
        async throws
    {
        try await Workbench.open { bench in
            let real = try await RealServerProcess.start(server, on: bench)
            let metadata = try await metadata(of: real, server)
            for proof in Self.proofs where proof.server == server {
                let good = try proof.good(real)
                if let metadata, metadata.tokenEndpointAuthMethods.count > 1 {
                    #expect(metadata.offers(good), "\(proof.testDescription)")
                }
                let published = metadata?.tokenEndpoint(for: good) ?? real["TOKEN_URL"]
                let url = proof.place.map { real[$0] } ?? published
                let endpoint = TokenEndpoint(
                    url: url, scope: "read", caFile: real.values["CA_FILE"])
                try await examine(proof, at: endpoint, real)
                guard Self.lenient.contains(server) else { continue }
                let asked = TokenEndpoint(url: url, scope: "read made-up")
                let token = try await asked.requestToken(as: good, through: http)
                #expect(token.scopeShortfall?.missing == ["made-up"])
            }
        }
    }

    /// What the server publishes, where it says who it is.
    private func metadata(
        of real: RealServerProcess, _ server: String
    ) async throws -> AuthorizationServerMetadata? {
        guard let issuer = real.values["ISSUER"] else { return nil }
        let place = try AuthorizationServerMetadata.places(of: issuer)[0]
        let answer = try await http.send(HTTPRequest(url: place, caFile: real.values["CA_FILE"]))
        #expect((answer.status == 200 && answer.isJSON) == Self.standard.contains(server))
        return try await AuthorizationServerMetadata.discover(
            issuer: issuer, through: http, caFile: real.values["CA_FILE"])
    }

    private func examine(
        _ proof: Proof, at endpoint: TokenEndpoint, _ real: RealServerProcess
    ) async throws {
        let comment = Comment(rawValue: proof.testDescription)
        let good = try proof.good(real)
        let token = await outcome(endpoint, good)
        #expect(throws: Never.self, comment) { _ = try token.get() }
        #expect((try? token.get())?.scopeShortfall == nil, comment)
        let wrongProof = try proof.wrong(real)
        let wrong = await outcome(endpoint, wrongProof)
        #expect(refusal(wrong) == proof.refusal, comment)
        guard good.algorithm != nil else { return }
        // What was seen once, what is over, and what is for somebody else.
        let request = try await endpoint.request(
            as: good, connection: .kept, deadline: .seconds(30), at: Date())
        #expect(try await http.send(request).status == 200, comment)
        let replayed = result(try await http.send(request), to: good)
        #expect(refusal(replayed) == proof.refusal, comment)
        let over = await outcome(endpoint, good, at: Date(timeIntervalSinceNow: -300))
        #expect(refusal(over) == proof.refusal, comment)
        let astray = TokenEndpoint(
            url: "https://127.0.0.1:1/token", scope: "read", caFile: endpoint.caFile)
        var moved = try await astray.request(
            as: good, connection: .kept, deadline: .seconds(30), at: Date())
        moved.url = endpoint.url
        let other = result(try await http.send(moved), to: good)
        #expect(refusal(other) == proof.refusal, comment)
    }

    private func outcome(
        _ endpoint: TokenEndpoint, _ proof: ClientAuthentication, at now: Date = Date()
    ) async -> Result<AccessToken, TokenError> {
        do throws(TokenError) {
            return .success(try await endpoint.requestToken(as: proof, through: http, at: now))
        } catch { return .failure(error) }
    }

    private func result(
        _ answer: HTTPResponse, to proof: ClientAuthentication
    ) -> Result<AccessToken, TokenError> {
        Result { () throws(TokenError) in try TokenAnswer(answer, to: proof, at: Date()).token() }
    }

    private func refusal(_ outcome: Result<AccessToken, TokenError>) -> Refusal? {
        if case .failure(let error) = outcome { Refusal(error) } else { nil }
    }
}
