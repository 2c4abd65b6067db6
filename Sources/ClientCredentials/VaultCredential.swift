public import HTTPTransport

/// A client secret in KV version 2 of Vault or OpenBao.
///
/// It reads with a token that an agent keeps in a file, so that a login that is renewed is noticed.
public struct VaultCredential: CredentialSource {
    private struct Answer: Decodable {
        struct Version: Decodable { let data: [String: SecretText.JSON]? }
        let data: Version
    }

    private let url: String
    private let tokenFile: String
    private let namespace: String?
    private let field: String
    private let interval: Duration
    private let caFile: String?
    private let http: any HTTPClient
    private let authentication: @Sendable (String) -> ClientAuthentication

    /// The field `field` of the secret at `path` of the KV engine `mount`, at the server `address`.
    ///
    /// It is read every `interval`, and at once where the secret is refused.
    public init(
        address: String, mount: String = "secret", path: String, field: String, clientID: String,
        tokenFile: String, namespace: String? = nil, presented: SecretPresentation = .basic,
        interval: Duration = .seconds(30), caFile: String? = nil, through http: any HTTPClient
    ) {
        let base = address.hasSuffix("/") ? String(address.dropLast()) : address
        url = "\(base)/v1/\(mount)/data/\(path)"
        self.tokenFile = tokenFile
        self.namespace = namespace
        self.field = field
        self.interval = interval
        self.caFile = caFile
        self.http = http
        authentication = { presented.authentication(clientID, $0) }
    }

    /// The version that is current now.
    public func read() async throws(CredentialUnreadable) -> StagedCredentials {
        var headers: HTTPHeaders = ["X-Vault-Token": try token()]
        if let namespace { headers["X-Vault-Namespace"] = namespace }
        let answer: Answer
        do throws(HTTPFailure) {
            let response = try await http.send(
                HTTPRequest(
                    url: url, headers: headers, deadline: .seconds(5), attempts: .repeatable,
                    caFile: caFile))
            guard response.status == 200 else {
                throw HTTPFailure(.interrupted, "it answers with \(response.status)")
            }
            answer = try response.json()
        } catch { throw CredentialUnreadable("the secret store: \(error.message)") }
        guard case .text(let secret)? = answer.data.data?[field], !secret.isEmpty else {
            throw CredentialUnreadable("the secret has no text in the field \(field)")
        }
        return StagedCredentials(current: authentication(secret))
    }

    /// Every `interval`.
    public func hints() -> AsyncStream<CredentialHint> {
        AsyncStream(bufferingPolicy: .bufferingNewest(1)) { sink in
            let ticks = Task {
                while !Task.isCancelled {
                    try? await Task.sleep(for: interval)
                    sink.yield(.time)
                }
            }
            sink.onTermination = { _ in ticks.cancel() }
        }
    }

    private func token() throws(CredentialUnreadable) -> String {
        do throws(CredentialUnreadable) { return try SecretText.contents(of: tokenFile) } catch {
            throw CredentialUnreadable("the token file \(tokenFile): \(error)")
        }
    }
}
