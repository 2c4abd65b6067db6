import HTTPTransport
import RotationCore
import Testing

@testable import Adapters

/// Two values in one place: the one would write over the other.
@Suite struct SamePlaceTests {
    private static let fields = ["client_id_field", "candidate_field"]

    /// Format, secret's place, and the same in another spelling.
    private static let spellings = [
        ("json", "a.b", "/a/b"), ("json", "/a/0", "a.0"), ("yaml", "a.b", "/a/b"),
        ("toml", "/a/b", "a.b"), ("dotenv", "A", "A"), ("properties", "a.b", "a.b"),
        ("ini", "a.b", "/a/b"), ("ini", "a.b", "A.B"),
    ]

    @Test(arguments: fields, spellings)
    func `a file's other value has a place of its own`(
        field: String, _ case: (format: String, place: String, same: String)
    ) async {
        let error = await adapterError {
            _ = try FileStore(
                .of(
                    "file",
                    [
                        "path": "/a", "format": .text(`case`.format), "field": .text(`case`.place),
                        field: .text(`case`.same),
                    ]))
        }
        #expect(error?.kind == .refused && error?.code == "file-setting-invalid")
        #expect(error?.message == "file: setting \(field) is the same place as field")
    }

    @Test func `so has the one of the other`() async {
        let error = await adapterError {
            _ = try FileStore(
                .of(
                    "file",
                    [
                        "path": "/a", "format": "json", "field": "a.b",
                        "client_id_field": "a.c", "candidate_field": "/a/c",
                    ]))
        }
        #expect(
            error?.message == "file: setting candidate_field is the same place as client_id_field")
    }

    @Test(arguments: [("json", "A.b"), ("json", "b"), ("dotenv", "a.B"), ("ini", "b")])
    func `places that only look alike are two`(format: String, other: String) throws {
        _ = try FileStore(
            .of(
                "file",
                [
                    "path": "/a", "format": .text(format), "field": "a.b",
                    "candidate_field": .text(other),
                ]))
    }

    @Test(arguments: fields)
    func `a text's other value has a place of its own`(field: String) async {
        let error = await adapterError {
            _ = try SecretText(
                Settings(.of("aws-secrets-manager", ["field": "a.b", field: "/a/b"])))
        }
        #expect(error?.code == "aws-secrets-manager-setting-invalid")
    }

    @Test(
        arguments: [
            ["client_id_field": "client_secret"], ["field": "s", "candidate_field": "s"],
            ["client_id_field": "x", "candidate_field": "x"],
        ] as [[String: SettingValue]])
    func `a KV document's other value has a field of its own`(values: [String: SettingValue]) async
    {
        let all: [String: SettingValue] = [
            "address": "https://bao.example", "path": "billing", "auth": .group(["token": "env:T"]),
        ]
        let resolver = SecretResolver(environment: ["T": "t"], http: OneAnswer(404, "{}"))
        let error = await adapterError {
            _ = try await VaultStore(
                .of("vault", all.merging(values) { $1 }), SharedLogins(), resolver)
        }
        #expect(error?.kind == .refused && error?.code == "vault-setting-invalid")
        #expect(error?.message.contains("is the same place as") == true)
    }
}
