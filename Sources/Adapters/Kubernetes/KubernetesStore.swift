import FoundationEssentials
import HTTPTransport
import RotationCore

/// A secret store that is a key of a Kubernetes Secret.
///
/// A write is a merge patch of the keys that change, on the condition that the Secret still has the
/// resourceVersion that was read: other keys aren't sent, and the cluster refuses what comes late.
struct KubernetesStore: SecretStore {
    let api: KubernetesAPI
    let place: KubernetesPlace
    let keys: Keys
    let warnings: [Finding]

    /// The keys of `data` that hold something of ours.
    struct Keys: Sendable, Hashable {
        let secret: String
        let clientID: String?
        let candidate: String?
    }

    static let capabilities = StoreCapabilities(
        comparesAndSets: true, readable: true, versioned: false)

    var capabilities: StoreCapabilities {
        Self.capabilities.holding(
            clientID: keys.clientID != nil, candidate: keys.candidate != nil)
    }

    /// The uid is the Secret's own: one that was deleted and made again is another.
    func identity() async throws(AdapterError) -> TargetIdentity {
        let secret = try await secret()
        return TargetIdentity(
            rawValue: "kubernetes:\(place.namespace)/\(place.name)#\(secret.metadata.uid)")
    }

    func read() async throws(AdapterError) -> StoredSecret? { try stored(in: try await secret()) }

    func secret() async throws(AdapterError) -> KubernetesSecret {
        let secret = try await api.get(KubernetesSecret.self, place.path)
        guard secret.metadata.name == place.name, secret.metadata.namespace == place.namespace
        else {
            throw KubernetesAPI.failure(
                .wrongTarget, "other-secret", "the Secret that answers has another name")
        }
        return secret
    }

    private func stored(in secret: KubernetesSecret) throws(AdapterError) -> StoredSecret? {
        guard let value = try secret.text(keys.secret) else { return nil }
        return StoredSecret(
            secret: ClientSecret(value),
            version: StoreVersion(rawValue: secret.metadata.resourceVersion),
            client: try secret.text(keys.clientID).map(ClientID.init(rawValue:)),
            candidate: try secret.text(keys.candidate).map { ClientSecret($0) })
    }

    func write(_ content: StoreContent, replacing version: StoreVersion?)
        async throws(AdapterError)
    {
        let before = try await secret()
        guard try stored(in: before)?.version == version else { throw changed }
        if let obstacle = obstacles(in: before).first {
            throw KubernetesAPI.failure(.refused, obstacle.code, obstacle.reason)
        }
        let texts = texts(content)
        guard try before.size(with: texts) <= KubernetesSecret.cap else {
            throw KubernetesAPI.failure(
                .refused, "too-big", "the Secret would have more than 524,288 bytes")
        }
        do throws(AdapterError) {
            _ = try await api.patch(
                KubernetesSecret.self, place.path, .merge,
                Self.patch(texts, at: before.metadata.resourceVersion))
        } catch {
            throw error.kind == .conflict ? changed : error
        }
        try await confirm(texts)
    }

    private func texts(_ content: StoreContent) -> [(key: String, text: String)] {
        var texts = [(key: keys.secret, text: content.secret.withPlaintext { $0 })]
        if let client = content.client, let key = keys.clientID {
            texts.append((key, client.rawValue))
        }
        if let candidate = content.candidate, let key = keys.candidate {
            texts.append((key, candidate.withPlaintext { $0 }))
        }
        return texts
    }

    private static func patch(_ texts: [(key: String, text: String)], at version: String)
        -> [UInt8]
    {
        let data = texts.map {
            (name: $0.key, value: Data($0.text.utf8).base64EncodedString())
        }
        return JSONDocument.object(
            [
                ("metadata", JSONDocument.object(texts: [("resourceVersion", version)])),
                ("data", JSONDocument.object(texts: data)),
            ])
    }

    /// What consumers get is read back: webhooks may change what goes into a cluster.
    private func confirm(_ texts: [(key: String, text: String)]) async throws(AdapterError) {
        let after: KubernetesSecret
        do throws(AdapterError) { after = try await secret() } catch {
            throw error.leavingDoubt
        }
        for (key, text) in texts {
            guard let held = (try? after.bytes(key)) ?? nil, held == Array(text.utf8) else {
                throw KubernetesAPI.failure(
                    .unknown, "not-as-written", "the Secret does not hold what was just written")
            }
        }
    }

    private var changed: AdapterError {
        KubernetesAPI.failure(.conflict, "changed", "the Secret was changed by somebody else")
    }
}
