import Foundation
import RotationCore
import Testing

@testable import RotationEngine

@Suite struct SealingTests {
    private struct Place: Hashable {
        var database = "database"
        var rotation = "R1"
        var client = "billing"
        var role = SecretRole.old
    }

    private static let plaintext = "Zx9Zx9Zx9Zx9Zx9Zx9"
    private let key = SealingKey.generate()

    private func seal(_ place: Place = Place(), key other: SealingKey? = nil) throws -> [UInt8] {
        try Sealer(key: other ?? key, database: place.database).seal(
            ClientSecret(Self.plaintext), rotation: RotationID(rawValue: place.rotation),
            client: ClientName(rawValue: place.client), role: place.role)
    }

    private func open(_ record: [UInt8], at place: Place = Place()) throws -> ClientSecret {
        try Sealer(key: key, database: place.database).open(
            record, rotation: RotationID(rawValue: place.rotation),
            client: ClientName(rawValue: place.client), role: place.role)
    }

    private func kind(_ body: () throws -> Void) -> SealingFailure.Kind? {
        do {
            try body()
            return nil
        } catch { return (error as? SealingFailure)?.kind }
    }

    @Test(arguments: ["x", plaintext, String(repeating: "a", count: 5_000), "ü\u{0}\n"])
    func `what was sealed is opened`(text: String) throws {
        let sealer = Sealer(key: key, database: "database")
        for role in SecretRole.allCases {
            let (rotation, client) = (RotationID(rawValue: "R"), ClientName(rawValue: "c"))
            let record = try sealer.seal(
                ClientSecret(text), rotation: rotation, client: client, role: role)
            let opened = try sealer.open(record, rotation: rotation, client: client, role: role)
            #expect(opened.matches(ClientSecret(text)))
        }
    }

    @Test func `a record moved to any other row does not open`() throws {
        let places = [
            Place(), Place(role: .new), Place(rotation: "R2"), Place(client: "mail"),
            Place(database: "other"), Place(rotation: "R1billing", client: ""),
            Place(rotation: "R2", client: "mail", role: .new),
        ]
        for from in places {
            let record = try seal(from)
            for to in places {
                let failure = kind { _ = try open(record, at: to) }
                #expect(failure == (from == to ? nil : .recordAltered), "\(from) at \(to)")
            }
        }
    }

    @Test func `another key is said to be another key`() throws {
        let record = try seal(key: SealingKey.generate())
        #expect(kind { _ = try open(record) } == .keyWrong)
    }

    @Test func `any flipped bit keeps a record shut`() throws {
        let record = try seal()
        for index in record.indices {
            for bit in 0..<8 {
                var altered = record
                altered[index] ^= 1 << bit
                #expect(kind { _ = try open(altered) } != nil, "byte \(index), bit \(bit)")
            }
        }
    }

    @Test func `a cut or lengthened record does not open`() throws {
        let record = try seal()
        for count in 0..<record.count {
            #expect(kind { _ = try open(Array(record.prefix(count))) } != nil, "\(count) bytes")
        }
        #expect(kind { _ = try open(record + [0]) } == .recordAltered)
    }

    @Test func `two records of one secret have nothing but their heads in common`() throws {
        let (one, two) = (try seal(), try seal())
        #expect(one.prefix(17) == two.prefix(17))
        #expect(one[17..<77] != two[17..<77])
        #expect(one[77...] != two[77...])
        #expect(one.count == 17 + 60 + 28 + Self.plaintext.utf8.count)
        #expect(Data(one).range(of: Data(Self.plaintext.utf8)) == nil)
    }

    @Test func `the canary knows the key and the database`() throws {
        let canary = try Sealer(key: key, database: "database").canary()
        try Sealer(key: key, database: "database").check(canary: canary)
        #expect(
            kind { try Sealer(key: .generate(), database: "database").check(canary: canary) }
                == .keyWrong)
        #expect(kind { try Sealer(key: key, database: "b").check(canary: canary) } == .keyWrong)
        let home = try Home()
        let journal = try home.create()
        _ = try journal.sealer(with: home.key)
        #expect(kind { _ = try journal.sealer(with: .generate()) } == .keyWrong)
    }

    @Test func `fingerprints tell secrets apart, and are worth nothing without the key`() {
        let sealer = Sealer(key: key, database: "database")
        let mark = sealer.fingerprint(of: ClientSecret("a"))
        #expect(mark.wholeMatch(of: /hmac:[0-9a-f]{12}/) != nil)
        #expect(mark == sealer.fingerprint(of: ClientSecret("a")))
        #expect(mark != sealer.fingerprint(of: ClientSecret("b")))
        let other = Sealer(key: .generate(), database: "database")
        #expect(mark != other.fingerprint(of: ClientSecret("a")))
    }

    @Test func `a report proves the secret that it was made with`() {
        // Made with Python: hmac.new(b"s3cr3t-value", message, sha256).hexdigest()[:32]
        let report = AdoptionReport(
            spelledAt: "2026-01-02T03:04:05Z", at: Home.start,
            fingerprint: "87e3994f91428d15d7b13f66098757b5")
        let client = ClientID(rawValue: "client-1")
        #expect(report.proves(ClientSecret("s3cr3t-value"), client: client))
        #expect(!report.proves(ClientSecret("s3cr3t-valuE"), client: client))
        #expect(!report.proves(ClientSecret("s3cr3t-value"), client: ClientID(rawValue: "c")))
        let later = AdoptionReport(
            spelledAt: "2026-01-02T03:04:06Z", at: Home.start, fingerprint: report.fingerprint)
        #expect(!later.proves(ClientSecret("s3cr3t-value"), client: client))
    }
}
