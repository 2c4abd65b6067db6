import Foundation

/// The whole object that a client's secrets are written as.
struct PingFederateSecrets: Decodable {
    var secret: String?
    var encryptedSecret: String?
    var secondarySecrets: [Secondary]?

    struct Secondary: Decodable {
        var secret: String?
        var encryptedSecret: String?
        var expiryTime: String?
    }

    /// A secret that is to be there; the first one has no end.
    private struct Wanted {
        let value: String
        let end: Milliseconds?
    }

    /// Makes the secrets of `client` those of this object: what it doesn't name is gone.
    func write(
        to client: inout PracticeClient, at now: Milliseconds, under settings: PracticeSettings
    ) throws(PingFederateError) {
        var wanted = [
            Wanted(value: try Self.value(secret, encryptedSecret, in: .first, "secret"), end: nil)
        ]
        for (index, entry) in (secondarySecrets ?? []).enumerated() {
            wanted.append(try Self.secondary(entry, "secondarySecrets[\(index)]", at: now))
        }
        guard Set(wanted.map(\.value)).count == wanted.count else {
            throw .invalid("secondarySecrets", "The secrets must differ.")
        }
        if let retained = retained(of: client, beside: wanted, at: now, under: settings) {
            wanted.append(retained)
        }
        for present in client.secrets where !wanted.contains(where: { $0.value == present.value }) {
            client.remove(present.id, at: now, under: settings)
        }
        for entry in wanted {
            if let present = client.secrets.first(where: { $0.value == entry.value }) {
                client.setExpiry(entry.end, of: present.id)
            } else {
                client.add(
                    id: RandomText.uuid(), value: entry.value, expires: entry.end, at: now,
                    under: settings)
            }
        }
    }

    /// The first secret that was there, where another is put in its place and the server retains.
    private func retained(
        of client: PracticeClient, beside wanted: [Wanted], at now: Milliseconds,
        under settings: PracticeSettings
    ) -> Wanted? {
        guard secret != nil, settings.pingfederateRetentionMs > 0, let first = client.first,
            !wanted.contains(where: { $0.value == first.value })
        else { return nil }
        return Wanted(value: first.value, end: now + settings.pingfederateRetentionMs)
    }

    private static func secondary(_ entry: Secondary, _ path: String, at now: Milliseconds)
        throws(PingFederateError) -> Wanted
    {
        guard let text = entry.expiryTime else {
            throw .invalid("\(path).expiryTime", "The expiry time is required.")
        }
        let fine = Date.ISO8601FormatStyle(includingFractionalSeconds: true)
        guard let date = (try? Date(text, strategy: .iso8601)) ?? (try? Date(text, strategy: fine))
        else { throw .malformed }
        let end = Milliseconds(date.timeIntervalSince1970 * 1_000)
        guard end > now else {
            throw .invalid("\(path).expiryTime", "The expiry time must be in the future.")
        }
        return Wanted(
            value: try value(entry.secret, entry.encryptedSecret, in: .secondary, path), end: end)
    }

    private static func value(
        _ plain: String?, _ encrypted: String?, in place: PingFederateCipher.Place, _ path: String
    ) throws(PingFederateError) -> String {
        switch (plain, encrypted) {
        case (let plain?, nil) where !plain.isEmpty: return plain
        case (nil, let encrypted?):
            guard let value = PingFederateCipher.open(encrypted, in: place) else {
                throw .invalid(path, "The encrypted secret can't be decrypted.")
            }
            return value
        default: throw .invalid(path, "Either secret or encryptedSecret is required.")
        }
    }
}

extension PracticeClient {
    /// PingFederate's first secret: the one without an end.
    var first: PracticeSecret? { secrets.first { $0.expires == nil } ?? secrets.last }
}
