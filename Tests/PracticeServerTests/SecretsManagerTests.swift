import Foundation
import Testing

/// Secrets Manager's rules for versions, tokens and labels.
struct SecretsManagerTests {
    private let caller: AWSCaller
    private let first = token(1)
    private let second = token(2)

    init() throws {
        caller = AWSCaller(
            try PracticeProcess(), service: "secretsmanager", target: "secretsmanager",
            path: "/secretsmanager/")
        let made = try ask(
            "CreateSecret", #""Name":"s","ClientRequestToken":"\#(first)","SecretString":"one""#)
        #expect(made.status == 200 && made.json["VersionId"].string == first)
    }

    private static func token(_ digit: Int) -> String { String(repeating: "\(digit)", count: 32) }

    private func ask(_ operation: String, _ members: String) throws -> RawHTTP.Answer {
        try caller.call(operation, "{\(members)}")
    }

    private func put(_ token: String, _ text: String, _ stages: String? = #"["AWSPENDING"]"#) throws
        -> RawHTTP.Answer
    {
        let labels = stages.map { #","VersionStages":\#($0)"# } ?? ""
        return try ask(
            "PutSecretValue",
            #""SecretId":"s","ClientRequestToken":"\#(token)","SecretString":"\#(text)"\#(labels)"#)
    }

    private func move(_ stage: String, from old: String? = nil, to new: String? = nil) throws
        -> RawHTTP.Answer
    {
        let (old, new) = (
            old.map { #","RemoveFromVersionId":"\#($0)""# } ?? "",
            new.map { #","MoveToVersionId":"\#($0)""# } ?? ""
        )
        return try ask(
            "UpdateSecretVersionStage", #""SecretId":"s","VersionStage":"\#(stage)"\#(old)\#(new)"#)
    }

    private func text(_ more: String = "") throws -> String? {
        try ask("GetSecretValue", #""SecretId":"s"\#(more)"#).json["SecretString"].string
    }

    private func stages() throws -> [String: JSON] {
        try ask("DescribeSecret", #""SecretId":"s""#).json["VersionIdsToStages"].object
    }

    @Test func `a token stands for one version, which never changes`() throws {
        #expect(try put(second, "two").status == 200)
        let again = try put(second, "two", #"["OTHER"]"#)
        #expect(again.status == 200 && again.json["VersionStages"][0].string == "AWSPENDING")
        let other = try put(second, "three")
        #expect(other.status == 400)
        #expect(other.json["__type"].string == "ResourceExistsException")
        #expect(try text(#","VersionId":"\#(second)""#) == "two")
        #expect(try text() == "one")
        for bad in ["short", String(repeating: "x", count: 65)] {
            #expect(
                try put(bad, "x").json["__type"].string == "InvalidParameterException")
        }
        let none = try ask("PutSecretValue", #""SecretId":"s","SecretString":"x""#)
        #expect(none.json["__type"].string == "InvalidRequestException")
    }

    @Test func `a label moves only from the version that has it, and the previous one follows`()
        throws
    {
        _ = try put(second, "two")
        for (old, new) in [(nil, second), (second, second), (first, first)] as [(String?, String)] {
            let refused = try move("AWSCURRENT", from: old, to: new)
            #expect(refused.json["__type"].string == "InvalidParameterException")
        }
        #expect(try move("AWSCURRENT", from: first, to: second).status == 200)
        #expect(try text() == "two" && text(#","VersionStage":"AWSPREVIOUS""#) == "one")
        // The same again isn't the same: the label is gone from there.
        let again = try move("AWSCURRENT", from: first, to: second)
        #expect(again.json["__type"].string == "InvalidParameterException")
        let away = try move("AWSCURRENT", from: second)
        #expect(away.json["__type"].string == "InvalidParameterException")
        #expect(try move("AWSPENDING", from: second).status == 200)
        #expect(
            try stages() == [
                first: .array([.string("AWSPREVIOUS")]), second: .array([.string("AWSCURRENT")]),
            ])
        #expect(
            try move("AWSCURRENT", from: second, to: Self.token(9)).json["__type"].string
                == "ResourceNotFoundException")
    }

    @Test func `a version without labels moves the current one at once`() throws {
        _ = try put(second, "two", nil)
        #expect(try text() == "two" && text(#","VersionStage":"AWSPREVIOUS""#) == "one")
        #expect(try put(Self.token(3), "three", #"["AWSCURRENT","X"]"#).status == 200)
        #expect(try text(#","VersionStage":"X""#) == "three")
        // The oldest has no label, and is still there by its id.
        #expect(try stages().keys.contains(first) == false)
        #expect(try text(#","VersionId":"\#(first)""#) == "one")
    }

    @Test func `a secret that is to be deleted can only be described`() throws {
        #expect(try ask("DeleteSecret", #""SecretId":"s""#).status == 200)
        for answer in [
            try put(second, "two"), try ask("GetSecretValue", #""SecretId":"s""#),
            try move("AWSCURRENT", from: first, to: second),
        ] {
            #expect(answer.json["__type"].string == "InvalidRequestException")
        }
        #expect(try ask("DescribeSecret", #""SecretId":"s""#).json["DeletedDate"].number != nil)
    }

    @Test func `what is too long, unsigned or for another service is refused`() throws {
        let long = try put(second, String(repeating: "x", count: 65_537))
        #expect(long.status == 400)
        let unsigned = try caller.call("GetSecretValue", #"{"SecretId":"s"}"#) {
            $0["authorization"] = nil
        }
        #expect(unsigned.json["__type"].string == "MissingAuthenticationTokenException")
        let elsewhere = AWSCaller(
            caller.server, service: "ssm", target: "secretsmanager", path: "/secretsmanager/")
        #expect(
            try elsewhere.call("GetSecretValue", #"{"SecretId":"s"}"#).json["__type"].string
                == "InvalidSignatureException")
        #expect(
            try ask("FrobnicateSecret", "").json["__type"].string == "UnknownOperationException")
    }
}
