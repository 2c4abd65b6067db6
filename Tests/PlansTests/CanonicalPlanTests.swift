import Plans
import RotationCore
import Testing

struct CanonicalPlanTests {
    private static let rich = Sample.plan(
        """
        reload: [{command: [echo, "a\\"b\\\\c\\n\\té𝄞"], timeout: 90s}]
        consumers: [{name: w, report: {type: file, path: /run/w}}]
        schedule: {every: 30d, at: "22:05-04:00", jitter: 60m}
        probe: {successes: 5, patience: 15m}
        approval: required
        exclusive: true
        """)

    private static func plan(_ yaml: String) throws -> Plan {
        try #require(try Sample.reader.read(yaml, file: "a").first)
    }

    @Test func `the canonical line is what it always was`() throws {
        let plan = try Self.plan(Sample.plan())
        #expect(
            CanonicalPlan.encode(plan) == """
                {"approval":"none","client":"billing-api","client_id":"0oa1-billing-api",\
                "exclusive":false,"overlap":"1h","probe":{"successes":3,"window":"30s"},\
                "retry":{"cap":"6h","first":"1m"},\
                "server":{"admin":{"token":"env:OKTA_API_TOKEN"},"name":"okta","type":"okta",\
                "url":"https://example.okta.com"},"soak":"2h",\
                "stores":[{"name":"file","path":"/etc/billing-api/secret","type":"file"}],\
                "watch":"1d"}
                """)
        #expect(
            PlanDigest(of: plan).rawValue
                == "8467ab7e1fd75415473e90f766d8a9da31fceacdbf5d9bed57fff68bbddff61f")
    }

    @Test func `a plan survives its canonical line`() throws {
        for yaml in [Sample.plan(), Self.rich] {
            let plan = try Self.plan(yaml)
            #expect(try CanonicalPlan.decode(CanonicalPlan.encode(plan)) == plan)
        }
    }

    @Test func `the canonical line is itself a plan file`() throws {
        let plan = try Self.plan(Self.rich)
        #expect(try Self.plan(CanonicalPlan.encode(plan)) == plan)
    }

    @Test func `a line from a release with fewer keys is read, one with more is not`() throws {
        let plan = try Self.plan(Sample.plan())
        let line = CanonicalPlan.encode(plan)
        let older = line.replacing(#""exclusive":false,"#, with: "")
        #expect(try CanonicalPlan.decode(older) == plan)
        for broken in [
            line.replacing(#""exclusive""#, with: #""exklusive""#), "{}", "", "[]",
            line.replacing(#""1h""#, with: #""1x""#), line + line, String(line.dropLast(9)),
        ] {
            #expect(throws: PlanErrors.self, "\(broken)") { try CanonicalPlan.decode(broken) }
        }
    }

    @Test func `spelling doesn't change the digest and meaning does`() throws {
        let plain = try Self.plan(Sample.plan("overlap: 60m"))
        let spelled = try Self.plan(Sample.plan("# why\n\"overlap\": \"1h\"\nwatch: 24h"))
        let other = try Self.plan(Sample.plan("overlap: 61m"))
        #expect(PlanDigest(of: plain) == PlanDigest(of: spelled))
        #expect(PlanDigest(of: plain) != PlanDigest(of: other))
    }

    @Test func `an edit is shown as what was and what is`() throws {
        let old = try Self.plan(Sample.plan("reload: [{command: [a]}, {name: b, command: [b]}]"))
        let new = try Self.plan(
            Sample.plan(
                "reload: [{name: c, type: signal}, {command: [a, x]}]\noverlap: 2h",
                soak: "soak: 3h"))
        let found = differences(from: old, to: new)
        #expect(
            found.map(\.path) == [
                "reload[exec].command", "reload[b]", "reload[c]", "soak", "overlap",
            ])
        #expect(found[0].was == #"["a"]"# && found[0].now == #"["a","x"]"#)
        #expect(found[1].now == nil && found[2].was == nil)
        #expect(found[3].was == "2h" && found[3].now == "3h")
        #expect(!found.contains { $0.changesIdentity })
        #expect(differences(from: old, to: old).isEmpty)
    }

    @Test func `hooks in another order are a difference`() throws {
        let old = try Self.plan(Sample.plan("reload: [{command: [a]}, {name: b, command: [b]}]"))
        var new = old
        new.reload.reverse()
        let found = differences(from: old, to: new)
        #expect(found.map(\.path) == ["reload"])
        #expect(found[0].was == "exec, b" && found[0].now == "b, exec")
    }

    @Test func `another server or client is another identity`() throws {
        let old = try Self.plan(Sample.plan())
        var moved = old
        moved.server.values["url"] = .text("https://other.okta.com")
        var renamed = old
        renamed.clientID = ClientID(rawValue: "other")
        var token = old
        token.server.values["admin"] = .group(["token": .text("env:B")])
        #expect(differences(from: old, to: moved).map(\.changesIdentity) == [true])
        #expect(differences(from: old, to: renamed).map(\.changesIdentity) == [true])
        let found = differences(from: old, to: token)
        #expect(found.map(\.changesIdentity) == [false])
        #expect(found.map(\.path) == ["server.admin.token"])
    }
}
