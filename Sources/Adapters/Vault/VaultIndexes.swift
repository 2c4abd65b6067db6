import FoundationEssentials
import RotationCore
import Synchronization

/// How far the clusters have come that this process talks to, by address.
///
/// A standby of OpenBao answers reads from what it has, and right after a write that is the value
/// before it. Every answer carries an `X-Vault-Index`; a request that carries it on is answered by
/// a node that has come as far, or handed on to the leader. It is kept for the address and not for
/// the document, since stores, references and logins may be about the same one.
///
/// Source: openbao.org/docs/concepts/consistency; seen on OpenBao 2.7.2, where of 50 reads at a
/// standby right after a write through it 50 were stale without the header, and none with it.
final class VaultIndexes: Sendable {
    private let latest = Mutex<[String: String]>([:])

    /// What a request to `address` carries; nil where no answer had one.
    subscript(address: String) -> String? { latest.withLock { $0[address] } }

    /// Remembers an answer's index, unless it is an older one of the same cluster.
    func learn(_ index: String?, from address: String) {
        guard let index, !index.isEmpty else { return }
        latest.withLock { latest in
            let isOlder = latest[address].map { Place(index)?.isBehind(Place($0)) ?? false }
            if !(isOlder ?? false) { latest[address] = index }
        }
    }

    /// What an index says, where its spelling is a known one.
    ///
    /// OpenBao's is `{"cluster":"…","value":"…"}`, that of Vault Enterprise
    /// `v1:cluster:local:replicated:…`, both in base64. Of others the latest one is taken.
    private struct Place {
        let cluster: String
        let values: [UInt64]

        init?(_ index: String) {
            guard let bytes = Data(base64Encoded: index) else { return nil }
            let parts = String(decoding: bytes, as: UTF8.self).split(
                separator: ":", omittingEmptySubsequences: false)
            if parts.count >= 4, parts[0] == "v1", let local = UInt64(parts[2]),
                let replicated = UInt64(parts[3])
            {
                (cluster, values) = (String(parts[1]), [local, replicated])
            } else if let document = try? JSONDocument(Array(bytes)),
                let cluster = try? document.node(at: ["cluster"])?.text,
                let text = try? document.node(at: ["value"])?.text, let value = UInt64(text)
            {
                (self.cluster, values) = (cluster, [value])
            } else {
                return nil
            }
        }

        func isBehind(_ other: Place?) -> Bool {
            guard let other, cluster == other.cluster, values.count == other.values.count else {
                return false
            }
            return values != other.values && zip(values, other.values).allSatisfy { $0 <= $1 }
        }
    }
}
