import Foundation
import RotationCore
import Testing

@testable import Plans

/// The schema that editors use and the reader that holdover uses take and refuse the same plans.
struct SchemaTests {
    private static let schema = PlanSchema.value(
        for: PlanGrammar(Sample.descriptors), Sample.descriptors)
    private let validator = SchemaValidator(schema)

    /// A plan with every key and every form of setting, each in place.
    private static let full = """
        client: billing-api
        client_id: 0oa1billing
        server:
          type: every-form
          name: main
          a-text: "{client} text"
          an-integer: -12
          a-boolean: true
          a-span: 30s
          a-url: http://127.0.0.1:8080/x
          a-path: /etc/x
          a-reference: vault:secret/app#token
          a-choice: two
          texts: [a, "b c", 3]
          a-group: {inner: text, deeper: {flag: false}}
        stores:
          - {type: file, path: /etc/billing/secret, format: json}
          - {type: file, name: other, path: "/srv/{client}"}
        reload:
          - {command: [systemctl, reload, billing], timeout: 90s}
          - {type: signal}
          - {type: exec, name: again, command: [a]}
        consumers:
          - name: web-1
            report: {type: file, path: /run/billing/adoption}
        soak: 2h
        overlap: 1h
        watch: 24h
        probe: {successes: 3, window: 30s, patience: 15m}
        retry: {first: 1m, cap: 6h}
        schedule: {every: 30d, at: "02:00-04:00", jitter: 1h}
        approval: required
        exclusive: false

        """

    private static let fleet = """
        server: {type: okta, url: "https://{client}.okta.com", admin: {token: "env:TOKEN"}}
        stores: [{type: file, path: "/etc/{client}/secret"}]
        client_id: "0oa-{client}"
        soak: 2h
        clients:
          - client: one
          - {client: two, client_id: 2, overlap: 4h}

        """

    /// Whether reader and schema say the same of `yaml`; what the reader says.
    private func agree(_ yaml: String) throws -> Bool {
        let root = try #require(DocumentReader(Array(yaml.utf8), file: "a").read())
        let codes = Sample.codes(yaml)
        let isAccepted = try validator.accepts(root.asJSON)
        // What is filled in for a placeholder, only the reader knows.
        let isUnknown = yaml.contains(": \"{client}\"") || yaml.contains(": \"x{client_id}y\"")
        #expect(
            codes.isEmpty == isAccepted || (isUnknown && isAccepted),
            "schema: \(isAccepted); reader: \(Sample.problems(yaml)); plan: \(yaml)")
        return codes.isEmpty
    }

    @Test func `both take the full plan, the smallest one and a fleet`() throws {
        for yaml in [Self.full, Sample.plan(), Self.fleet] {
            #expect(try agree(yaml))
        }
    }

    /// Each scalar of the full plan, replaced by each of these; the reader decides what is right.
    @Test(arguments: [
        "text", "\"\"", "\"a\\u200bb\"", "7", "-7", "0", "\"7\"", "true", "\"true\"", "yes", "30s",
        "0s", "30", "\"02:00-04:00\"", "\"24:00-04:00\"", "https://a.example/x", "http://a.example",
        "https://u:p@a.example", "https://a.example?x", "http://127.0.0.1", "/a/b",
        "https://169.254.1.1/", "https://100.100.100.200:1", "https://100.100.100.200.example",
        "\"https://[feA0::1]\"", "\"https://[fd00:0ec2::254]\"", "/a/../b",
        "/a/", "//a", "a/b", "env:NAME", "env:A B", "\"file:/a\"", "file:a", "vault:a/b#c",
        "vault:a", "systemd-credential:x", "systemd-credential:a/b", "\"exec:/bin/pass show\"",
        "exec:pass", "hunter2", "one", "\"on\\ne\"", "Upper", "-dash", "[]", "[a]", "{}",
        "{a: b}", "~", "file", "exec", "required", "\"{client}\"", "\"x{client_id}y\"",
    ])
    func `both say the same of a value, wherever it stands`(value: String) throws {
        var taken = 0
        for line in Self.scalarPlaces {
            // Where two keys mean something together, or are filled in, editors know less.
            let name = line.key
            if value.contains("{client"), !Self.fillsIn.contains(name) { continue }
            let yaml = Self.full.replacing(line.old, with: "\(line.key): \(value)")
            try #require(yaml != Self.full || line.old == "\(line.key): \(value)")
            if Self.rules.contains(where: Sample.codes(yaml).contains) { continue }
            taken += try agree(yaml) ? 1 : 0
        }
        #expect(taken < Self.scalarPlaces.count)
    }

    private static let scalarPlaces: [(key: String, old: String)] = [
        ("client", "client: billing-api"), ("client_id", "client_id: 0oa1billing"),
        ("name", "name: main"), ("a-text", "a-text: \"{client} text\""),
        ("an-integer", "an-integer: -12"), ("a-boolean", "a-boolean: true"),
        ("a-span", "a-span: 30s"), ("a-url", "a-url: http://127.0.0.1:8080/x"),
        ("a-path", "a-path: /etc/x"), ("a-reference", "a-reference: vault:secret/app#token"),
        ("a-choice", "a-choice: two"), ("texts", "texts: [a, \"b c\", 3]"),
        ("a-group", "a-group: {inner: text, deeper: {flag: false}}"), ("inner", "inner: text"),
        ("deeper", "deeper: {flag: false}"), ("flag", "flag: false"), ("format", "format: json"),
        ("timeout", "timeout: 90s"), ("type", "type: signal"), ("type", "type: every-form"),
        ("soak", "soak: 2h"), ("overlap", "overlap: 1h"), ("watch", "watch: 24h"),
        ("successes", "successes: 3"), ("window", "window: 30s"), ("patience", "patience: 15m"),
        ("first", "first: 1m"), ("cap", "cap: 6h"), ("every", "every: 30d"),
        ("at", "at: \"02:00-04:00\""), ("jitter", "jitter: 1h"), ("approval", "approval: required"),
        ("exclusive", "exclusive: false"),
    ]

    /// Rules between keys, which a schema can't tell.
    private static let rules = [
        "every-too-short", "jitter-too-long", "retry-cap", "probe-patience", "duplicate-name",
    ]
    private static let fillsIn = ["client_id", "a-text", "a-url", "a-path", "a-reference", "name"]

    @Test func `both want the same keys and no others, at every level`() throws {
        let lines = Self.full.split(separator: "\n", omittingEmptySubsequences: false)
        for index in lines.indices where lines[index].contains(":") {
            var without = lines
            without.remove(at: index)
            let yaml = without.joined(separator: "\n")
            if DocumentReader(Array(yaml.utf8), file: "a").read() == nil { continue }
            _ = try agree(yaml)
        }
        for place in Self.scalarPlaces where place.key != "type" {
            let yaml = Self.full.replacing(place.old, with: "\(place.key)x: 1")
            #expect(try !agree(yaml), "\(place.key)")
        }
        for old in ["{flag: false}", "{inner: text, deeper: {flag: false}}"] {
            #expect(
                try agree(Self.full.replacing(old, with: "{}")) == (old == "{flag: false}"))
        }
    }

    @Test(arguments: [
        ("soak: 2h\n", ""), ("stores: ", "reload: "), ("client_id: \"0oa-{client}\"\n", ""),
        ("- client: one", "- client_id: one"), ("clients:", "clients: []\nx:"),
        ("soak: 2h", "soak: 2"), ("soak: 2h", "client: x"), ("client: two", "client: two, x: y"),
        ("client: two", "client: two, server: {}"), ("- client: one", "- one"),
        ("\"env:TOKEN\"", "hunter2"),
    ])
    func `both refuse the same fleets`(old: String, new: String) throws {
        let yaml = Self.fleet.replacing(old, with: new)
        try #require(yaml != Self.fleet)
        #expect(try !agree(yaml))
    }

    @Test func `keys may be moved from the defaults into every entry`() throws {
        let moved = Self.fleet.replacing("soak: 2h\n", with: "")
            .replacing("client: two", with: "client: two, soak: 1h")
        #expect(try !agree(moved))
        #expect(try agree(moved.replacing("- client: one", with: "- {client: one, soak: 1h}")))
    }

    @Test func `the schema is JSON, and describes every key`() throws {
        let text = PlanSchema.json(descriptors: Sample.descriptors)
        let parsed = try JSONSerialization.jsonObject(with: Data(text.utf8))
        let schema = try #require(parsed as? [String: Any])
        #expect(schema["$schema"] as? String == "https://json-schema.org/draft/2020-12/schema")
        let definitions = try #require(schema["$defs"] as? [String: Any])
        #expect(
            Set(definitions.keys) == [
                "plan", "fleet", "server-okta", "server-every-form", "store-file", "hook-exec",
                "hook-signal", "reporter-file", "reporter-exec", "reporter-log", "reporter-pods",
                "reporter-uses",
            ])
        for field in PlanGrammar(Sample.descriptors).fields {
            #expect(text.contains(field.summary))
        }
    }
}
