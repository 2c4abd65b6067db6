import Foundation
import HTTPTypes

/// What Secret Manager lets be done to one secret.
///
/// From Google's client as it was recorded, and the REST reference. Where they say nothing, this is
/// the stricter.
enum GoogleSecretRules {
    /// How many bytes a payload may have.
    static let cap = 65_536

    /// One more version.
    static func add(
        _ payload: JSONValue?, to secret: inout GoogleStoredSecret, at now: Milliseconds
    ) throws(GoogleError) -> GoogleStoredSecret.Version {
        guard let text = payload?["data"]?.string, let data = Data(base64Encoded: text),
            !data.isEmpty
        else { throw .invalid("payload") }
        guard data.count <= cap else {
            throw GoogleError(
                .badRequest, "INVALID_ARGUMENT",
                "The payload is longer than \(cap) bytes.")
        }
        let checksum = String(crc32c(data))
        if let said = payload?["dataCrc32c"], said.string != checksum {
            throw GoogleError(
                .badRequest, "INVALID_ARGUMENT",
                "Payload data corrupted: the provided data_crc32c does not match the data.")
        }
        let made = GoogleStoredSecret.Version(
            number: secret.versions.count + 1, data: data.base64EncodedString(),
            checksum: checksum, isChecked: payload?["dataCrc32c"] != nil, created: now)
        secret.versions.append(made)
        return made
    }

    /// `disable`, `enable` and `destroy`.
    static func set(
        _ state: GoogleStoredSecret.State, of number: Int, expecting etag: String?,
        in secret: inout GoogleStoredSecret, at now: Milliseconds
    ) throws(GoogleError) -> GoogleStoredSecret.Version {
        guard secret.versions.indices.contains(number - 1) else {
            throw noVersion("\(secret.name)/versions/\(number)")
        }
        var version = secret.versions[number - 1]
        guard version.state != .destroyed else { throw inState(version, of: secret) }
        guard etag == nil || etag == version.etag else {
            throw GoogleError(
                .badRequest, "FAILED_PRECONDITION",
                "The etag provided does not match the current etag of the secret version.")
        }
        version.state = state
        version.etag = GoogleStoredSecret.newTag()
        if state == .destroyed { (version.data, version.destroyed) = ("", now) }
        secret.versions[number - 1] = version
        return version
    }

    static func noVersion(_ name: String) -> GoogleError {
        GoogleError(.notFound, "NOT_FOUND", "Secret Version [\(name)] not found.")
    }

    static func inState(
        _ version: GoogleStoredSecret.Version, of secret: GoogleStoredSecret
    ) -> GoogleError {
        GoogleError(
            .badRequest, "FAILED_PRECONDITION",
            "Secret Version [\(secret.name)/versions/\(version.number)] is in "
                + "\(version.state.rawValue) state.")
    }

    /// RFC 3720 §B.4, by a table; written apart from the product's on purpose.
    private static func crc32c(_ data: Data) -> UInt32 {
        data.reduce(UInt32.max) { sum, byte in
            (sum >> 8) ^ table[Int((sum ^ UInt32(byte)) & 0xFF)]
        } ^ UInt32.max
    }

    private static let table: [UInt32] = (0..<256).map { index in
        (0..<8).reduce(UInt32(index)) { value, _ in
            value & 1 == 0 ? value >> 1 : (value >> 1) ^ 0x82F6_3B78
        }
    }
}
