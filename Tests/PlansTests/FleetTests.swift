import Plans
import RotationCore
import Testing

struct FleetTests {
    private static let fleet = """
        server:
          type: okta
          url: https://example.okta.com
          admin: {token: env:OKTA_API_TOKEN}
        stores:
          - {type: file, path: "/etc/{client}/{client_id}/secret"}
        client_id: "0oa-{client}"
        soak: 2h
        overlap: 3h
        clients:
          - client: one
          - {client: two, client_id: second, overlap: 4h}
        """

    @Test func `entries of a fleet replace the defaults and fill in their names`() throws {
        let plans = try Sample.reader.read(Self.fleet, file: "fleet.yaml")
        #expect(plans.map(\.client.rawValue) == ["one", "two"])
        #expect(plans.map(\.clientID.rawValue) == ["0oa-one", "second"])
        #expect(plans.map(\.overlap) == [.hours(3), .hours(4)])
        #expect(
            plans.map { $0.stores[0].values["path"] }
                == [.text("/etc/one/0oa-one/secret"), .text("/etc/two/second/secret")])
    }

    @Test func `a problem in the defaults is named once`() {
        let problems = Sample.problems(Self.fleet.replacing("overlap: 3h", with: "overlap: 3"))
        #expect(problems.map(\.code) == ["bad-span"])
        #expect(problems[0].line == 9)
    }

    @Test func `what neither the entry nor the defaults say is missing`() {
        let problems = Sample.problems(Self.fleet.replacing("soak: 2h\n", with: ""))
        #expect(problems.map(\.code) == ["needs-evidence", "needs-evidence"])
        #expect(problems.map(\.line) == [10, 11])
    }

    @Test(arguments: [
        ("client: two", "client: one", "duplicate-client"),
        ("client_id: second", "client_id: 0oa-one", "same-client-id"),
        ("{client}/{client_id}", "shared", "same-store"),
        ("{client}/", "{clinet}/", "unknown-placeholder"),
        ("soak: 2h", "client: both", "client-in-defaults"),
    ])
    func `clients of a fleet can't share what must be their own`(
        old: String, new: String, code: String
    ) {
        #expect(Sample.codes(Self.fleet.replacing(old, with: new)).contains(code))
    }

    @Test func `a client that takes turns in one plan isn't another plan's`() throws {
        let plain = try #require(try Sample.reader.read(Sample.plan(), file: "a").first)
        var turns = plain
        turns.client = ClientName(rawValue: "turns")
        turns.clientID = ClientID(rawValue: "blue")
        turns.stores = []
        turns.strategy = .blueGreen(green: plain.clientID)
        let placed = [plain, turns].map { PlacedPlan(plan: $0, file: "a") }
        #expect(PlanConflicts(placed).problems().map(\.code) == ["same-client-id"])
        #expect(PlanConflicts([placed[1]]).problems() == [])
    }

    @Test func `a fleet without clients is refused`() {
        #expect(Sample.codes(Sample.plan("clients: []", client: "x")).contains("wrong-type"))
        #expect(Sample.codes(Sample.plan("clients: {a: b}", client: "x")).contains("wrong-type"))
    }

    @Test func `braces that are no placeholder stay as they are`() throws {
        let plan = try #require(
            try Sample.reader.read(
                Sample.plan(
                    #"reload: [{command: ["{}", "{{x}}", "{json: 1}", "a{client}b", "{"]}]"#),
                file: "a"
            ).first)
        let words = ["{}", "{{x}}", "{json: 1}", "abilling-apib", "{"].map(SettingValue.text)
        #expect(plan.reload[0].values["command"] == .list(words))
    }

    @Test func `conflicts between files name both`() throws {
        let plan = try #require(try Sample.reader.read(Sample.plan(), file: "a").first)
        var other = plan
        other.client = ClientName(rawValue: "other")
        let problems = PlanConflicts([
            PlacedPlan(plan: plan, file: "plans/a.yaml"),
            PlacedPlan(plan: plan, file: "plans/b.yaml"),
            PlacedPlan(plan: other, file: "plans/c.yaml"),
        ]).problems()
        #expect(problems.map(\.code) == ["duplicate-client", "same-client-id", "same-store"])
        #expect(problems.map(\.file) == ["plans/b.yaml", "plans/c.yaml", "plans/c.yaml"])
        #expect(problems.allSatisfy { $0.message.hasSuffix("in plans/a.yaml") })
    }
}
