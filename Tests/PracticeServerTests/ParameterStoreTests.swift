import Foundation
import Testing

/// Parameter Store's rules for versions, keys, tiers and labels.
struct ParameterStoreTests {
    private let caller: AWSCaller

    init() throws {
        caller = AWSCaller(
            try PracticeProcess(), service: "ssm", target: "AmazonSSM", path: "/ssm/")
    }

    private func ask(_ operation: String, _ members: String) throws -> RawHTTP.Answer {
        try caller.call(operation, #"{"Name":"/p"\#(members)}"#)
    }

    private func put(_ text: String, _ more: String = "") throws -> RawHTTP.Answer {
        try ask("PutParameter", #","Value":"\#(text)","Type":"SecureString"\#(more)"#)
    }

    private func get(_ name: String = "/p") throws -> JSON {
        try caller.call("GetParameter", #"{"Name":"\#(name)","WithDecryption":true}"#)
            .json["Parameter"]
    }

    private func last() throws -> JSON {
        let all = try ask("GetParameterHistory", "").json["Parameters"].array
        return all.last ?? .null
    }

    private func type(_ answer: RawHTTP.Answer) -> String? {
        answer.json["__type"].string
    }

    @Test func `a version takes nothing over that it isn't told, but for policies`() throws {
        let policy = #","Policies":"[{\"Type\":\"Expiration\"}]""#
        let more =
            #","KeyId":"alias/ours","Tier":"Advanced","Description":"d","AllowedPattern":".*""#
        #expect(try put("one", more + policy).json["Version"].number == 1)
        #expect(try type(put("two")) == "ParameterAlreadyExists")
        #expect(try put("two", #","Overwrite":true"#).json["Version"].number == 2)
        let made = try last()
        #expect(made["KeyId"].string == "alias/aws/ssm" && made["Tier"].string == "Advanced")
        #expect(made["Description"] == .null && made["AllowedPattern"] == .null)
        #expect(made["Policies"][0]["PolicyType"].string == "Expiration")
        #expect(made["Value"].string != "two")
        #expect(try get()["Value"].string == "two" && get("/p:1")["Value"].string == "one")
        let back = try put("three", #","Overwrite":true,"Tier":"Standard""#)
        #expect(type(back) == "ValidationException")
    }

    @Test func `what doesn't fit is refused`() throws {
        let big = String(repeating: "x", count: 4097)
        #expect(try type(put(big)) == "ValidationException")
        #expect(try put(big, #","Tier":"Intelligent-Tiering""#).json["Tier"].string == "Advanced")
        #expect(try type(put("{{x}}", #","Overwrite":true"#)) == "ValidationException")
        let pattern = try put("one", #","Overwrite":true,"AllowedPattern":"[0-9]+""#)
        #expect(type(pattern) == "ParameterPatternMismatchException")
        let text = try ask("PutParameter", #","Value":"x","Type":"String","Overwrite":true"#)
        #expect(type(text) == "HierarchyTypeMismatchException")
        let arn = #"{"Name":"arn:aws:ssm:eu-west-1:1:parameter/p","Value":"x","Type":"String"}"#
        #expect(try type(caller.call("PutParameter", arn)) == "ValidationException")
    }

    @Test func `a label is on one version`() throws {
        _ = try put("one")
        _ = try put("two", #","Overwrite":true"#)
        for number in [1, 2] {
            let answer = try ask(
                "LabelParameterVersion", #","ParameterVersion":\#(number),"Labels":["live","1st"]"#)
            #expect(answer.json["InvalidLabels"].array.map(\.string) == ["1st"])
            #expect(try get("/p:live")["Version"].number == Double(number))
        }
        #expect(try get("/p:none") == .null)
        let none = try ask("LabelParameterVersion", #","ParameterVersion":9,"Labels":["live"]"#)
        #expect(type(none) == "ParameterVersionNotFound")
    }

    @Test func `of a hundred versions the oldest goes, and a history has pages`() throws {
        _ = try put("0")
        for number in 1..<100 { _ = try put("\(number)", #","Overwrite":true"#) }
        #expect(try put("100", #","Overwrite":true"#).json["Version"].number == 101)
        #expect(try get("/p:1") == .null)
        let page = try ask("GetParameterHistory", "").json
        #expect(page["Parameters"].array.count == 50)
        let next = page["NextToken"].string ?? ""
        let rest = try ask("GetParameterHistory", #","NextToken":"\#(next)""#).json
        #expect(rest["Parameters"].array.count == 50 && rest["NextToken"] == .null)
        _ = try ask("LabelParameterVersion", #","ParameterVersion":2,"Labels":["keep"]"#)
        let full = try put("101", #","Overwrite":true"#)
        #expect(type(full) == "ParameterMaxVersionLimitExceeded")
    }
}
