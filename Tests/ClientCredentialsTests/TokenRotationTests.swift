import Synchronization
import Testing

@testable import ClientCredentials

/// What a provider does while its credential is rotated.
@Suite(.timeLimit(.minutes(3))) struct TokenRotationTests {
    private let server = SecretServer(accepting: "one")
    private let shelf = ShelfCredential("one")
    private let clock = HeldTime()
    private let reports = Reports()

    private final class Reports: Sendable {
        private let lines = Mutex<[String]>([])
        var all: [String] { lines.withLock { $0 } }
        func add(_ line: String) { lines.withLock { $0.append(line) } }
        /// The last one's fingerprint and time.
        func shows(_ secret: String) -> Bool {
            guard let words = all.last?.split(separator: " "), words.count > 2 else { return false }
            return AdoptionFingerprint.hex(
                clientID: "billing", secret: secret, spelledAt: String(words[1]))
                == words[2].prefix(32)
        }
    }

    private func provider() -> TokenProvider {
        TokenProvider(
            TokenEndpoint(url: "https://a.test/token"), credential: shelf, through: server,
            settings: .init(adoption: .handing { [reports] in reports.add($0) }), time: clock.time)
    }

    @Test func `a new secret is proven at once, and tokens go on meanwhile`() async throws {
        let tokens = provider()
        #expect(try await tokens.token().value == "one-1")
        try await wait { reports.shows("one") }
        server.change { $0.accepted = ["one", "two"] }
        shelf.put("two")
        shelf.hint(.written)
        while !reports.shows("two") { #expect(try await tokens.token().value.isEmpty == false) }
        #expect(try await tokens.token().value == "two-2")
        #expect(server.presented == ["one", "two"])
    }

    @Test func `what is written again is proven again`() async throws {
        let tokens = provider()
        _ = try await tokens.token()
        shelf.hint(.written)
        try await wait { server.presented.count >= 2 }
        shelf.hint(.time)
        let reads = shelf.reads
        try await wait { shelf.reads != reads }
        #expect(server.presented == ["one", "one"])
    }

    @Test func `a new secret is proven again, since a rotation looks behind its last write`()
        async throws
    {
        let tokens = provider()
        _ = try await tokens.token()
        server.change { $0.accepted = ["one", "two"] }
        shelf.put("two")
        shelf.hint(.written)
        try await wait { reports.all.count >= 2 }
        for (pause, count) in [(5, 3), (10, 4), (20, 5)] {
            clock.move(.seconds(pause) - .milliseconds(1))
            let reads = shelf.reads
            shelf.hint(.time)
            try await wait { shelf.reads != reads }
            #expect(reports.all.count == count - 1)
            clock.move(.milliseconds(1))
            shelf.hint(.time)
            try await wait { reports.all.count >= count }
            try await wait { reports.shows("two") }
        }
    }

    @Test func `a secret that was revoked too early is followed by the one in its place`()
        async throws
    {
        let tokens = provider()
        let first = try await tokens.token()
        // The watch says nothing, and the old secret is dead.
        shelf.put("two")
        server.change { $0.accepted = ["two"] }
        tokens.invalidate(first)
        #expect(try await tokens.token().value == "two-3")
        #expect(server.presented == ["one", "one", "two"])
        try await wait { reports.shows("two") }
    }

    @Test func `where the server doesn't take the new secret yet, the previous one is used`()
        async throws
    {
        let tokens = provider()
        _ = try await tokens.token()
        shelf.put("two")
        shelf.hint(.written)
        try await wait { server.presented.count >= 3 }
        try await wait { reports.all.count >= 2 }
        #expect(server.presented == ["one", "two", "one"])
        try await wait { reports.shows("one") }
        // Once it does, the new one is proven without anybody's asking.
        server.change { $0.accepted = ["one", "two"] }
        clock.move(.seconds(5))
        shelf.hint(.time)
        try await wait { reports.shows("two") }
    }

    @Test func `a new secret is presented once, however many kinds of tokens there are`()
        async throws
    {
        let tokens = provider()
        let scopes = (1...8).map { "s\($0)" }
        for scope in scopes { _ = try await tokens.token(scope: scope) }
        shelf.put("two")
        shelf.hint(.written)
        try await wait { server.presented.count >= 10 }
        for _ in 1...20 { await Task.yield() }
        #expect(server.presented.count { $0 == "two" } == 1)
        // Once it is taken, all of them are bought with it.
        server.change { $0.accepted = ["one", "two"] }
        clock.move(.seconds(5))
        shelf.hint(.time)
        for scope in scopes {
            try await wait { try await tokens.token(scope: scope).value.hasPrefix("two") }
        }
    }

    @Test func `a secret that the server never took is no way back`() async throws {
        let tokens = provider()
        _ = try await tokens.token()
        for wrong in ["wrong", "two"] {
            shelf.put(wrong)
            shelf.hint(.written)
            try await wait { server.presented.contains(wrong) }
            try await wait { server.presented.last == "one" }
        }
        tokens.invalidate(try await tokens.token())
        #expect(try await tokens.token().value.hasPrefix("one"))
    }

    @Test(arguments: [400, 403]) func `a new secret that is answered with a page is no last word`(
        status: Int
    ) async throws {
        let tokens = provider()
        let first = try await tokens.token()
        shelf.put("two")
        server.change { $0.troubles = [.page(status, "text/html", "")] }
        shelf.hint(.written)
        try await wait { server.presented.count >= 3 }
        #expect(server.presented == ["one", "two", "one"])
        tokens.invalidate(first)
        #expect(try await tokens.token().value.hasPrefix("one"))
    }

    @Test func `whoever hands reports on, and never comes back, keeps nobody from a token`()
        async throws
    {
        let (silence, mouth) = AsyncStream<Void>.makeStream()
        defer { mouth.finish() }
        let tokens = TokenProvider(
            TokenEndpoint(url: "https://a.test/token"), credential: shelf, through: server,
            settings: .init(adoption: .handing { _ in for await _ in silence {} }),
            time: clock.time)
        for number in 1...3 {
            let token = try await tokens.token()
            #expect(token.value == "one-\(number)")
            tokens.invalidate(token)
        }
    }

    @Test func `a candidate is tried where the secret is refused, and reported before`()
        async throws
    {
        shelf.put("one", candidate: "two")
        let tokens = provider()
        let first = try await tokens.token()
        try await wait { reports.all.last?.split(separator: " ").count == 4 }
        server.change { $0.accepted = ["two"] }
        tokens.invalidate(first)
        #expect(try await tokens.token().value == "two-3")
        try await wait { reports.shows("two") }
        // The refused one isn't tried each time.
        tokens.invalidate(try await tokens.token())
        #expect(try await tokens.token().value == "two-4")
    }

    @Test func `a refused secret isn't presented again until its pause is over`() async throws {
        server.change { $0.accepted = [] }
        let tokens = provider()
        for _ in 1...10 { _ = try? await tokens.token() }
        #expect(server.presented == ["one"])
        await #expect(throws: TokenFailure.self) { try await tokens.token() }
        clock.move(.seconds(5))
        for _ in 1...10 { _ = try? await tokens.token() }
        #expect(server.presented == ["one", "one"])
        // Twice as long behind the second time.
        clock.move(.seconds(6))
        _ = try? await tokens.token()
        #expect(server.presented.count == 2)
    }

    @Test func `another secret is tried within a second, though the watch says nothing`()
        async throws
    {
        server.change { $0.accepted = ["two"] }
        let tokens = provider()
        _ = try? await tokens.token()
        shelf.put("two")
        clock.move(.seconds(1))
        #expect(try await tokens.token().value == "two-2")
    }

    @Test func `a source that can't be read leaves what is known in use`() async throws {
        let tokens = provider()
        let first = try await tokens.token()
        shelf.hide()
        shelf.hint(.written)
        tokens.invalidate(first)
        #expect(try await tokens.token().value.hasPrefix("one-"))
    }

    @Test func `without any credential the error says why`() async {
        shelf.hide()
        await #expect(throws: TokenFailure.noCredential("it is locked")) {
            try await provider().token()
        }
        #expect(server.presented.isEmpty)
    }

    @Test(arguments: [true, false]) func `calls in vain don't read the source over and over`(
        isRefused: Bool
    ) async {
        if isRefused { server.change { $0.accepted = [] } } else { shelf.hide() }
        let tokens = provider()
        for _ in 1...100 { _ = try? await tokens.token() }
        #expect(shelf.reads <= 2)
        clock.move(.seconds(1))
        _ = try? await tokens.token()
        #expect(shelf.reads <= 3)
    }

    @Test func `a source that hangs is given up, and asked again`() async throws {
        let tokens = provider()
        shelf.hang(true)
        let caller = Task { try await tokens.token().value }
        try await wait { shelf.reads == 1 }
        // The longest that one request may take.
        clock.move(.seconds(10))
        await #expect(throws: TokenFailure.noCredential("its source doesn't answer")) {
            try await caller.value
        }
        shelf.hang(false)
        clock.move(.seconds(1))
        #expect(try await tokens.token().value == "one-1")
    }

    @Test func `a kind of token that nobody asked for says nothing of the credential`()
        async throws
    {
        server.change { $0.troubles = [.page(403, "text/html", "no scope")] }
        let tokens = provider()
        shelf.hint(.time)
        try await wait { server.presented.count == 1 }
        try await wait { server.troublesLeft == 0 }
        #expect(try await tokens.token(scope: "s").value == "one-2")
    }

    @Test(arguments: [CredentialHint.written, .time])
    func `a service that nobody asks proves its credential too`(hint: CredentialHint) async throws {
        let tokens = provider()
        shelf.hint(hint)
        try await wait { reports.shows("one") }
        // And a second time, since it may have been written once more behind its start.
        clock.move(.seconds(5))
        shelf.hint(.time)
        try await wait { reports.all.count == 2 }
        tokens.close()
    }

    @Test func `a request that began with the old secret is followed by one with the new one`()
        async throws
    {
        let tokens = provider()
        _ = try await tokens.token()
        server.change { state in
            state.accepted = ["one", "two"]
            state.isHeld = true
        }
        shelf.hint(.written)
        try await wait { server.presented.count >= 2 }
        shelf.put("two")
        shelf.hint(.written)
        try await wait { shelf.reads >= 3 }
        server.change { $0.isHeld = false }
        try await wait { reports.shows("two") }
        #expect(server.presented == ["one", "one", "two"])
        #expect(server.mostUnderWay == 1)
    }

    @Test func `a provider that nobody holds watches nothing`() async throws {
        weak var gone: TokenProvider?
        do {
            let tokens = provider()
            _ = try await tokens.token()
            gone = tokens
        }
        try await wait { gone == nil }
    }
}
