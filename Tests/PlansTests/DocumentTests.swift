import Foundation
import Plans
import Testing

struct DocumentTests {
    @Test(arguments: [
        ("exclusive: &a true", "anchor"), ("exclusive: *a", "alias"),
        ("exclusive: !!str true", "tag"), ("exclusive: ! true", "tag"),
        ("approval: ! \"none\"", "tag"),
        ("retry: !x {first: 1m}", "tag"), ("reload: ! [a]", "tag"),
        ("<<: {overlap: 1h}", "merge-key"), ("overlap: 1h\noverlap: 2h", "duplicate-key"),
        ("retry: {cap: 6h, \"cap\": 7h}", "duplicate-key"), ("? [a]\n: b", "bad-key"),
        ("---\nclient: b", "several-documents"), ("  x: 1\n y: 2", "yaml-syntax"),
        ("overlap: \"1h", "yaml-syntax"), ("\tx: 1", "yaml-syntax"),
    ])
    func `YAML that plans do without is refused`(line: String, code: String) {
        #expect(
            Sample.codes(Sample.plan(line)).contains(code), "\(Sample.problems(Sample.plan(line)))")
    }

    @Test(arguments: ["yes", "no", "on", "off", "True", "NO", "y", "1", "\"true\""])
    func `only true and false are booleans`(word: String) {
        #expect(Sample.codes(Sample.plan("exclusive: \(word)")).contains("bad-boolean"))
    }

    @Test(arguments: [
        #"\e[2J"#, #"\r\nholdover: all is well"#, #"\x9b31m"#, #"\u202egnihton"#, #"\u200b"#,
        #"\ufeff"#, #"\U000e0041"#, #"\x85"#, #"\u2028"#,
    ])
    func `nothing of a plan reaches the terminal as it is`(text: String) {
        for line in [
            "\"\(text)\": 1", "overlap: \"\(text)\"", "approval: \"\(text)\"",
            "reload: [{name: \"\(text)\", command: [a]}]", "schedule: {at: \"\(text)\"}",
            "\"a\(text)\": 1\n\"a\(text)\": 2", "reload: [{type: \"\(text)\"}]",
            "reload: [{command: [\"\(text)\"]}]",
        ] {
            let problems = Sample.problems(Sample.plan(line))
            #expect(!problems.isEmpty, "\(line)")
            let said = problems.map(\.description).joined()
            #expect(
                said.unicodeScalars.allSatisfy {
                    ![.control, .format, .lineSeparator].contains($0.properties.generalCategory)
                }, "\(line)")
        }
    }

    @Test func `an alias is named where it stands, beside its anchor`() {
        let problems = Sample.problems(
            Sample.plan("overlap: &long 1h\nwatch: *long"))
        #expect(problems.map(\.code) == ["anchor", "alias"])
        #expect(problems.map(\.line) == [10, 11])
    }

    @Test func `a duplicate names the line of the first`() {
        let problems = Sample.problems(Sample.plan("overlap: 1h\nwatch: 1h\noverlap: 2h"))
        #expect(problems.map(\.line) == [12])
        #expect(problems[0].message == #"the key "overlap" stands on line 10 already"#)
    }

    @Test func `a billion laughs cost no more than their bytes`() {
        let words = (1...40).map { "a\($0): &a\($0) [*a\($0 - 1), *a\($0 - 1)]" }
        let codes = Sample.codes("a0: &a0 [x]\n" + words.joined(separator: "\n"))
        #expect(codes.filter { $0 == "alias" }.count == 80)
    }

    @Test func `a document without a plan is refused`() {
        for text in ["", "# nothing", "---\n...\n"] {
            #expect(!Sample.codes(text).isEmpty, "\(text)")
        }
        #expect(Sample.codes("") == ["empty"])
        #expect(Sample.codes("- a") == ["wrong-type"])
        #expect(Sample.codes("just words") == ["wrong-type"])
    }

    @Test func `sizes are bounded`() {
        let comment = String(repeating: "#", count: 1 << 20)
        #expect(Sample.codes(Sample.plan(comment)) == ["too-large"])
        let nested = String(repeating: "[", count: 17) + String(repeating: "]", count: 17)
        #expect(Sample.codes(Sample.plan("x: \(nested)")) == ["too-deep"])
        let deepest = String(repeating: "[", count: 1_000_000)
        #expect(Sample.codes(deepest).count == 1)
        let many = Array(repeating: "a", count: 50_000).joined(separator: ",")
        #expect(Sample.codes(Sample.plan("x: [\(many)]")) == ["too-many-nodes"])
        let long = String(repeating: "a", count: (64 << 10) + 1)
        #expect(Sample.codes(Sample.plan("x: \(long)")) == ["scalar-too-long"])
    }

    @Test func `a plan of nothing but wrong keys costs no comparison of each with each`() {
        let keys = (0..<6_000).map { "abcdefghijklabcdefghijkl\($0): 1" }.joined(separator: "\n")
        let started = ContinuousClock.now
        #expect(Sample.codes(keys).count >= 6_000)
        #expect(started.duration(to: .now) < .seconds(10))
    }

    @Test func `bytes that are not UTF-8 are refused`() {
        let bytes = Array(Sample.plan().utf8) + [0xFF]
        #expect(throws: PlanErrors.self) { try Sample.reader.read(bytes: bytes, file: "a") }
        let wide = Array("client: a".utf16.flatMap { [UInt8($0 & 255), UInt8($0 >> 8)] })
        #expect(throws: PlanErrors.self) {
            try Sample.reader.read(bytes: [0xFF, 0xFE] + wide, file: "a")
        }
    }

    @Test func `syntax errors quote nothing of the document`() {
        let problems = Sample.problems("server: {token: \"hunter2")
        #expect(problems.map(\.code) == ["yaml-syntax"])
        #expect(!problems.description.contains("hunter2"))
    }

    @Test func `no cut of a plan crashes the reader`() throws {
        let bytes = Array(
            Sample.plan("probe: {window: \"\\u00e9\"}\nreload: [{command: [é]}]").utf8)
        for end in 0..<bytes.count {
            _ = try? Sample.reader.read(bytes: Array(bytes[..<end]), file: "a")
            var bent = bytes
            bent[end] ^= 0x55
            _ = try? Sample.reader.read(bytes: bent, file: "a")
        }
        #expect(throws: PlanErrors.self) {
            try Sample.reader.read(bytes: Array(bytes[..<40]), file: "a")
        }
    }
}
