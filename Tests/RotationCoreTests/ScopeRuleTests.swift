import RotationCore
import Testing

/// Which of a client's scopes are worth a word.
@Suite struct ScopeRuleTests {
    @Test(arguments: ["*", "admin", "admin:read", "orders:*", "clients.admin", "api/all", "ROOT"])
    func `what stands for everything is wide`(scope: String) {
        #expect(ScopeRule.isWide(scope))
    }

    @Test(arguments: ["orders.read", "administrators.read", "allowance", "openid", ""])
    func `what only looks like it is not`(scope: String) {
        #expect(!ScopeRule.isWide(scope))
    }

    @Test func `what the plan doesn't name is spare, and what it names alone is missing`() {
        let rule = ScopeRule(needed: ["orders.read", "orders.write"])
        let found = rule.findings(holding: ["orders.read", "mail.read", "admin"])
        #expect(found.map(\.code) == ["scope-too-wide", "scope-not-needed", "scope-missing"])
        #expect(found[0].message.hasSuffix(": admin") && found[1].message.hasSuffix(": mail.read"))
        #expect(found[2].message.hasSuffix(": orders.write"))
        #expect(found.allSatisfy { $0.severity == .warning })
    }

    @Test func `a plan that says nothing is told of wide ones only`() {
        #expect(ScopeRule(needed: nil).findings(holding: ["mail.read"]).isEmpty)
        #expect(ScopeRule(needed: nil).findings(holding: ["*"]).map(\.code) == ["scope-too-wide"])
        #expect(ScopeRule(needed: ["*"]).findings(holding: ["*"]).isEmpty)
    }

    @Test func `who may do everything lacks nothing`() {
        let found = ScopeRule(needed: ["orders.read"]).findings(holding: ["*"])
        #expect(found.map(\.code) == ["scope-too-wide"])
    }

    @Test func `a server that doesn't tell is said to be silent where a plan asks`() {
        #expect(ScopeRule(needed: nil).findings(holding: nil).isEmpty)
        #expect(ScopeRule(needed: []).findings(holding: nil).map(\.code) == ["scopes-unknown"])
    }
}
