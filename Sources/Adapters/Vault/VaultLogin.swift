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
        /// An auth method at `mount`; `proof` is read anew for every login, since what a workload
        /// is given to prove itself by may be exchanged at any time.
        case role(mount: String, proof: @Sendable () async throws(AdapterError) -> Proof)
    }

    /// What a login sends and shows.
    struct Proof: Sendable {
        /// The name of an AppRole's secret.
        static let secretID = "secret_id"

        /// Texts by their names.
        let texts: [(name: String, text: ClientSecret)]
        /// What the connection is made with, also for every request with the token: a listener may
        /// ask for it always.
        var certificate: ClientCertificate?

        fileprivate var body: [UInt8] {
            JSONDocument.object(
                texts: texts.map { one in (one.name, one.text.withPlaintext { $0 }) })
        }
    }

    /// A token, and the certificate that it was got with.
    private struct Session: Sendable {
        let token: ClientSecret
        let certificate: ClientCertificate?
    }

    private let api: VaultAPI
    private let method: Method
    private var current: Session?
    private var isKept = false

    init(_ api: VaultAPI, _ method: Method) {
        self.api = api
        self.method = method
    }

    /// Sends with a valid token: on a 403, asks whether the token or its policy is to blame, and
    /// logs in again where it is the token.
    func send(
        _ verb: String, _ path: String, body: [UInt8]? = nil, _ effect: CallEffect
    ) async throws(AdapterError) -> HTTPResponse {
        let session = try await session()
        let response = try await send(verb, path, session, body, effect)
        guard response.status == 403 else { return response }
        let lookup = try await send("GET", "auth/token/lookup-self", session, nil, .read)
        guard lookup.status == 403 else { return response }
        guard case .role = method else {
            throw AdapterError(
                .unauthorized, code: "vault-token-dead", message: "vault: the token is not valid")
        }
        forget(session)
        return try await send(verb, path, try await self.session(), body, effect)
    }

    /// Renews a token that was given as such once half of its life is over, so that it lives for as
    /// long as it is used; once in a process.
    ///
    /// What goes wrong is told by the calls behind it.
    func keepAlive() async {
        guard case .token(let token) = method, !isKept else { return }
        isKept = true
        let session = Session(token: token, certificate: nil)
        guard
            let response = try? await send("GET", "auth/token/lookup-self", session, nil, .read),
            response.status == 200,
            let seen = try? api.decode(VaultTokenAnswer.self, response, .read).data,
            seen.isHalfOver
        else { return }
        _ = try? await send(
            "POST", "auth/token/renew-self", session, Array("{}".utf8), .repeatable)
    }

    private func send(
        _ verb: String, _ path: String, _ session: Session, _ body: [UInt8]?,
        _ effect: CallEffect
    ) async throws(AdapterError) -> HTTPResponse {
        let text = session.token.withPlaintext { $0 }
        do throws(AdapterError) {
            return try await api.send(
                verb, path, token: text, body: body, certificate: session.certificate, effect)
        } catch {
            // It may be the certificate that no connection comes about with any more.
            if session.certificate != nil { forget(session) }
            throw error
        }
    }

    private func forget(_ session: Session) {
        if current?.token.matches(session.token) ?? false { current = nil }
    }

    private func session() async throws(AdapterError) -> Session {
        switch method {
        case .token(let token): return Session(token: token, certificate: nil)
        case .role(let mount, let proof):
            if let current { return current }
            let session = try await logIn(mount, try await proof())
            current = session
            return session
        }
    }

    private func logIn(_ mount: String, _ proof: Proof) async throws(AdapterError) -> Session {
        let path = "auth/\(URLPart.path(mount))/login"
        // A login makes a token, but nothing that a second login would harm.
        let response = try await api.send(
            "POST", path, token: nil, body: proof.body, certificate: proof.certificate, .read)
        guard response.status == 200 else {
            let error = api.error(response, .read)
            // "invalid role or secret ID" is a 400, and means what a 401 means elsewhere; a token
            // that the Kubernetes method doesn't know is a 403.
            guard [400, 403].contains(response.status) else { throw error }
            try await complain(ofWrapping: proof)
            throw AdapterError(.unauthorized, code: "vault-login-refused", message: error.message)
        }
        let token = try api.decode(VaultLoginAnswer.self, response, .read).auth.token
        return Session(token: ClientSecret(token), certificate: proof.certificate)
    }

    /// A refused secret ID may be a wrapping token, which nobody has unwrapped yet, or which
    /// somebody has: it can be unwrapped once, and a run logs in more often.
    ///
    /// Looking it up takes no rights and doesn't use it up.
    private func complain(ofWrapping proof: Proof) async throws(AdapterError) {
        guard let id = proof.texts.first(where: { $0.name == Proof.secretID })?.text else { return }
        let body =
            Array(#"{"token":"#.utf8) + id.withPlaintext { JSONDocument.literal($0) }
            + Array("}".utf8)
        let found = try await api.send(
            "POST", "sys/wrapping/lookup", token: nil, body: body, .read)
        let isToken = id.withPlaintext { text in
            ["s.", "hvs.", "b.", "hvb."].contains { text.hasPrefix($0) }
        }
        guard found.status == 200 || isToken else { return }
        let state = found.status == 200 ? "a wrapping token" : "a token, which wraps nothing now"
        throw AdapterError(
            .unauthorized, code: "vault-secret-id-wrapped",
            message: "vault: the secret_id is \(state); unwrap it once where it is delivered, into "
                + "the file that secret_id names")
    }
}

/// What a token is told of itself.
private struct VaultTokenAnswer: Decodable {
    struct Said: Decodable {
        /// Seconds; 0 is for ever.
        let ttl, creation_ttl: Int
        let renewable: Bool?

        var isHalfOver: Bool { (renewable ?? false) && ttl > 0 && ttl * 2 < creation_ttl }
    }
    let data: Said
}
