import RotationCore
import Testing

@Suite struct ClientSecretTests {
    private static let plaintext = "hunter2-hunter2"
    private let secret = ClientSecret(Self.plaintext)

    private func dumped(_ value: Any) -> String {
        var text = ""
        dump(value, to: &text)
        return text
    }

    @Test func `no way of showing a secret shows it`() {
        let shown = [
            "\(secret)", secret.description, secret.debugDescription, String(describing: secret),
            String(reflecting: secret), dumped(secret),
        ]
        for text in shown {
            #expect(text.contains("<client secret>"))
            #expect(!text.contains("hunter2"))
        }
        #expect(Mirror(reflecting: secret).children.isEmpty)
    }

    @Test func `no container shows it`() {
        let containers: [Any] = [
            [secret], Optional(secret) as Any, ["key": secret], (1, secret),
            KnownSecrets(old: secret, new: secret),
            StoredSecret(secret: secret, version: StoreVersion(rawValue: "1")),
            Credential(id: CredentialID(rawValue: "a"), secret: secret),
            CreatedCredential(id: CredentialID(rawValue: "a"), secret: secret),
            CreateReconciliation.adopt(
                Credential(id: CredentialID(rawValue: "a"), secret: secret)),
            Result<ClientSecret, AdapterError>.success(secret),
        ]
        for container in containers {
            for text in ["\(container)", String(reflecting: container), dumped(container)] {
                #expect(text.contains("<client secret>"), "\(type(of: container))")
                #expect(!text.contains("hunter2"), "\(type(of: container))")
            }
        }
    }

    @Test func `a secret can't be encoded, compared or put into a set`() {
        let value: Any = secret
        #expect(!(value is any Encodable))
        #expect(!(value is any Equatable))
    }

    @Test func `the plaintext comes out through its door`() {
        #expect(secret.withPlaintext { $0 } == Self.plaintext)
    }

    @Test(arguments: [
        ("", "", true), ("a", "a", true), ("a", "b", false), ("a", "A", false),
        ("abc", "abd", false), ("bbc", "abc", false), ("abc", "ab", false), ("", "a", false),
        ("ab", "ba", false), ("\u{e9}", "e\u{301}", false),
    ])
    func `secrets match when every byte does`(left: String, right: String, isSame: Bool) {
        #expect(ClientSecret(left).matches(ClientSecret(right)) == isSame)
        #expect(ClientSecret(right).matches(ClientSecret(left)) == isSame)
    }

    @Test func `a role is found by value, the new one first`() {
        let other = ClientSecret("other")
        let known = KnownSecrets(old: secret, new: other)
        #expect(known.role { $0.matches(secret) } == .old)
        #expect(known.role { $0.matches(other) } == .new)
        #expect(known.role { _ in false } == nil)
        #expect(known.role { _ in true } == .new)
        #expect(KnownSecrets().role { _ in true } == nil)
    }
}
