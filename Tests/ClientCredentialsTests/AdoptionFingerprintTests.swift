import ClientCredentials
import Foundation
import Testing

/// The vectors come from Python's `hmac`.
@Suite struct AdoptionFingerprintTests {
    @Test(arguments: [
        (
            "orders-api", "s3cret with ünïcode", "2026-11-23T15:00:00.123Z",
            "1142cac7a14ce1fe1e038184465932a0"
        ),
        (
            "c", String(repeating: "k", count: 100), "1970-01-01T00:00:00.000Z",
            "33bab6087878d9b33a612056d4467c3b"
        ),
    ]) func `the fingerprint is the one that others compute`(
        client: String, secret: String, at: String, hex: String
    ) {
        #expect(
            AdoptionFingerprint.hex(clientID: client, secret: secret, spelledAt: at) == hex)
    }

    @Test(arguments: [
        (1_795_446_000.123, "2026-11-23T15:00:00.123Z"),
        (1_795_446_000, "2026-11-23T15:00:00.000Z"),
        (1_795_446_000.999_9, "2026-11-23T15:00:01.000Z"),
        (951_782_400.001, "2000-02-29T00:00:00.001Z"), (-0.001, "1969-12-31T23:59:59.999Z"),
        (-1.5, "1969-12-31T23:59:58.500Z"),
    ]) func `a line spells its time to the millisecond`(seconds: Double, spelled: String) {
        let line = AdoptionFingerprint.line(
            clientID: "orders-api", secret: "s", at: Date(timeIntervalSince1970: seconds))
        let hex = AdoptionFingerprint.hex(
            clientID: "orders-api", secret: "s", spelledAt: spelled)
        #expect(line == "holdover-adoption-v1 \(spelled) \(hex)\n")
    }

    @Test func `a candidate has a fingerprint of its own behind the first`() {
        let date = Date(timeIntervalSince1970: 1_795_446_000)
        let one = AdoptionFingerprint.line(clientID: "orders-api", secret: "now", at: date)
        let both = AdoptionFingerprint.line(
            clientID: "orders-api", secret: "now", candidate: "next", at: date)
        #expect(both == one.dropLast() + " b40e03204194accf8eaa526a425bdf92\n")
    }

    @Test func `every millisecond is spelled as itself`() {
        for millisecond in 0..<1_000 {
            let date = Date(timeIntervalSince1970: 1_795_446_000 + Double(millisecond) / 1_000)
            let digits = "000\(millisecond)".suffix(3)
            let line = AdoptionFingerprint.line(clientID: "c", secret: "s", at: date)
            #expect(line.contains(" 2026-11-23T15:00:00.\(digits)Z "))
        }
    }
}
