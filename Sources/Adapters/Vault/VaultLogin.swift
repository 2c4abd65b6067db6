import FoundationEssentials
import HTTPTransport
import RotationCore

/// How a token for OpenBao or Vault is got, and the one that is in use.
///
/// The token lives in memory only. When it turns out to be dead, a new login is made once.
actor VaultLogin {
    /// By what a login proves itself.
    enum Method: Sendable {
        case token(ClientSecret)
        /// A role of the auth method at `mount`; `proof` is read anew for every login, since what a
        /// workload is given to prove itself by may be exchanged at any time.
        case role(mount: String, proof: @Sendable () async throws(AdapterError) -> Proof)
    }

    /// The two texts that a role logs in with, by their names.
    struct Proof: Sendable {
        let role: (name: String, text: String)
        let secret: (name: String, text: ClientSecret)

        fileprivate var body: [UInt8] {
            JSONDocument.object(
                texts: [
                    (role.name, role.text), (secret.name, secret.text.withPlaintext { $0 }),
                ])
        }
    }

    private let api: VaultAPI
    private let method: Method
    private var current: ClientSecret?

    init(_ api: VaultAPI, _ method: Method) {
        self.api = api
        self.method = method
    }

    /// Sends with a valid token: on a 403, asks whether the token or its policy is to blame, and
    /// logs in again where it is the token.
    func send(
        _ verb: String, _ path: String, body: [UInt8]? = nil, _ effect: CallEffect
    ) async throws(AdapterError) -> HTTPResponse {
        let token = try await token()
        let response = try await send(verb, path, token, body, effect)
        guard response.status == 403 else { return response }
        let lookup = try await send("GET", "auth/token/lookup-self", token, nil, .read)
        guard lookup.status == 403 else { return response }
        guard case .role = method else {
            throw AdapterError(
                .unauthorized, code: "vault-token-dead", message: "vault: the token is not valid")
        }
        if current?.matches(token) ?? false { current = nil }
        return try await send(verb, path, try await self.token(), body, effect)
    }

    private func send(
        _ verb: String, _ path: String, _ token: ClientSecret, _ body: [UInt8]?,
        _ effect: CallEffect
    ) async throws(AdapterError) -> HTTPResponse {
        let text = token.withPlaintext { $0 }
        return try await api.send(verb, path, token: text, body: body, effect)
    }

    private func token() async throws(AdapterError) -> ClientSecret {
        switch method {
        case .token(let token): return token
        case .role(let mount, let proof):
            if let current { return current }
            let token = try await logIn(mount, try await proof())
            current = token
            return token
        }
    }

    private func logIn(_ mount: String, _ proof: Proof) async throws(AdapterError) -> ClientSecret {
        let path = "auth/\(URLPart.path(mount))/login"
        // A login makes a token, but nothing that a second login would harm.
        let response = try await api.send("POST", path, token: nil, body: proof.body, .read)
        guard response.status == 200 else {
            let error = api.error(response, .read)
            // "invalid role or secret ID" is a 400, and means what a 401 means elsewhere; a token
            // that the Kubernetes method doesn't know is a 403.
            guard [400, 403].contains(response.status) else { throw error }
            throw AdapterError(.unauthorized, code: "vault-login-refused", message: error.message)
        }
        return ClientSecret(try api.decode(VaultLoginAnswer.self, response, .read).auth.token)
    }
}
