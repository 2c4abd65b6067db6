import Adapters
import ClientCredentials
import RotationCore

/// A client that options name in place of a plan.
struct NamedClient {
    /// Where its tokens come from, and what the server says of itself, where it was asked.
    private struct Place {
        let url: String
        let metadata: AuthorizationServerMetadata?
    }

    let options: TokenOptions
    let deadline: Deadline

    private var id: String { options.clientID ?? "" }

    /// Where its tokens come from, and the reference to its credential, which isn't read yet.
    func found() async throws -> (TokenEndpoint, ReferencedCredential) {
        // Before anybody is asked anything.
        for (name, text) in [
            ("--secret", options.secret), ("--cert", options.cert), ("--key", options.key),
        ] {
            if let text, !ReferencedCredential.isReference(text) {
                throw Problem(notAReference: name)
            }
        }
        let place = try await place()
        let use = try use(at: place)
        let text = options.secret ?? options.cert ?? options.key ?? ""
        guard let credential = ReferencedCredential(text, of: id, as: use) else {
            throw Problem(notAReference: "--key")
        }
        let endpoint = options.wish(of: TokenEndpoint(url: place.url, caFile: options.caFile))
        do throws(TokenError) { try endpoint.assertUsable() } catch {
            throw Problem(.request(error, attempts: 1), for: id)
        }
        return (endpoint, credential)
    }

    private func place() async throws -> Place {
        if let url = options.tokenURL { return Place(url: url, metadata: nil) }
        do throws(TokenError) {
            let metadata = try await AuthorizationServerMetadata.discover(
                issuer: options.issuer ?? "", through: CountedHTTP(), caFile: options.caFile,
                deadline: deadline.left)
            // RFC 8705 §5.
            let alias = options.cert == nil ? nil : metadata.mutualTLSTokenEndpoint
            return Place(url: alias ?? metadata.tokenEndpoint, metadata: metadata)
        } catch {
            throw Problem(.request(error, attempts: 1), for: id, from: "its issuer")
        }
    }

    private func use(at place: Place) throws -> ReferencedCredential.Use {
        let methods = methods.filter { isOffered($0, by: place.metadata) }
        guard let method = methods.first else {
            throw Problem(
                notOffered: place.metadata?.tokenEndpointAuthMethods ?? [],
                by: options.issuer ?? "")
        }
        let audience = options.assertionAudience
        if options.cert != nil { return .certificate(key: options.key ?? "") }
        guard options.key == nil else {
            return .key(
                options.algorithm.flatMap(AssertionKey.Algorithm.init), id: options.keyID,
                audience: audience)
        }
        return .secret(SecretPresentation(method: method) ?? .basic, audience: audience)
    }

    /// How what the options name can be presented, the usual way first.
    private var methods: [String] {
        if let method = options.authMethod { return [method] }
        if options.cert != nil { return TokenOptions.certificateMethods }
        if options.key != nil { return [TokenOptions.keyMethod] }
        return TokenOptions.secretMethods
    }

    /// Whether the server says so; a method that was said is taken at its word.
    private func isOffered(_ method: String, by metadata: AuthorizationServerMetadata?) -> Bool {
        guard options.authMethod == nil, let metadata else { return true }
        guard metadata.tokenEndpointAuthMethods.contains(method) else { return false }
        let algorithm: String? =
            switch method {
            case "client_secret_jwt": "HS256"
            case TokenOptions.keyMethod: options.algorithm
            default: nil
            }
        guard let algorithm, let known = metadata.tokenEndpointAuthSigningAlgorithms else {
            return true
        }
        return known.contains(algorithm)
    }
}
