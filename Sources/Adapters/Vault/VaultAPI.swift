import FoundationEssentials
import HTTPTransport
import RotationCore

/// Calls to the HTTP API of OpenBao or HashiCorp Vault, with a token at hand.
///
/// Source: openbao.org/api-docs; the error bodies were seen on OpenBao 2.7.2.
struct VaultAPI: Sendable {
    let address: String
    let namespace: String?
    let caFile: String?
    let http: any HTTPClient
    /// Shared by everything in this process that talks to the address.
    let indexes: VaultIndexes

    private static let outcome = CallOutcome(adapter: "vault")

    /// Sends one request below `/v1/`; `path` is escaped already.
    func send(
        _ method: String, _ path: String, token: String?, body: [UInt8]? = nil,
        certificate: ClientCertificate? = nil, _ effect: CallEffect
    ) async throws(AdapterError) -> HTTPResponse {
        var headers: HTTPHeaders = ["X-Vault-Request": "true", "Accept": "application/json"]
        headers["X-Vault-Token"] = token
        headers["X-Vault-Namespace"] = namespace
        if body != nil { headers["Content-Type"] = "application/json" }
        if let index = indexes[address] {
            // A standby that hasn't caught up hands the request on to the active node.
            headers["X-Vault-Index"] = index
            headers["X-Vault-Inconsistent"] = "forward-active-node"
        }
        let request = HTTPRequest(
            method: method, url: "\(address)/v1/\(path)", headers: headers, body: body,
            attempts: effect.attempts, caFile: caFile, certificate: certificate)
        do throws(HTTPFailure) {
            let response = try await http.send(request)
            indexes.learn(response.headers["X-Vault-Index"], from: address)
            return response
        } catch {
            throw Self.outcome.error(error, effect)
        }
    }

    /// What an answer proves that isn't the one that was asked for.
    func error(_ response: HTTPResponse, _ effect: CallEffect) -> AdapterError {
        let words = (try? response.json(VaultErrors.self))?.errors.joined(separator: "; ")
        if response.status == 503, words?.contains("sealed") ?? false {
            return AdapterError(
                .unavailable(retryAfter: nil), code: "vault-sealed", message: "vault: it is sealed")
        }
        if response.status == 307 {
            // From a standby whose leader is gone. Nothing was done, and soon there is a new
            // leader.
            return AdapterError(
                .unavailable(retryAfter: nil), code: "vault-no-leader",
                message: "vault: a standby has no leader to hand the request to")
        }
        if response.status == 412 {
            // A node that hasn't caught up and hands nothing on; nothing was done.
            return AdapterError(
                .unavailable(retryAfter: CallOutcome.retryAfter(response.headers) ?? .seconds(1)),
                code: "vault-node-behind",
                message: "vault: a node has not caught up with what was written before")
        }
        if response.status == 400, words?.contains(" from non-versioned ") ?? false {
            // A mount that is younger than a moment; it refuses everything until it is ready, and a
            // standby until the leader is.
            return AdapterError(
                .unavailable(retryAfter: nil), code: "vault-mount-not-ready",
                message: "vault: the mount is being made ready for versions")
        }
        return Self.outcome.error(response, effect, words: words?.isEmpty ?? true ? nil : words)
    }

    /// Reads the answer as `Value`; the place of a mistake is named and never what stands there.
    func decode<Value: Decodable>(
        _ type: Value.Type, _ response: HTTPResponse, _ effect: CallEffect
    ) throws(AdapterError) -> Value {
        do throws(HTTPFailure) {
            return try response.json(type)
        } catch {
            throw Self.outcome.unreadable(effect, error.message)
        }
    }
}

/// `{"errors":["permission denied"]}`.
struct VaultErrors: Decodable {
    let errors: [String]
}

/// The answer to a login.
struct VaultLoginAnswer: Decodable {
    let auth: Auth

    struct Auth: Decodable {
        let token: String

        enum CodingKeys: String, CodingKey {
            case token = "client_token"
        }
    }
}

/// Version and state of a document.
struct VaultMetadata: Decodable {
    let version: Int
}

/// The answer to a write.
struct VaultWriteAnswer: Decodable {
    let data: VaultMetadata
}

/// The mount that a path belongs to.
struct VaultMountAnswer: Decodable {
    let data: Mount

    struct Mount: Decodable {
        let accessor: String?
        let uuid: String?
        let path: String
        let type: String
        let options: [String: String]?
    }
}

/// What a token may do, by path.
struct VaultCapabilitiesAnswer: Decodable {
    let data: [String: Either]

    /// The answer has one list named `capabilities` beside those named by path.
    typealias Either = [String]
}
