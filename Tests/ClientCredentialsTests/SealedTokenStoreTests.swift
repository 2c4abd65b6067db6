import Foundation
import HTTPTransport
import Testing

@testable import ClientCredentials

@Suite struct SealedTokenStoreTests {
    private let endpoint = TokenEndpoint(url: "https://a.test/token", scope: "read")
    private let proof = ClientAuthentication.basic(id: "billing", secret: "one")
    private let token = AccessToken(value: "t0ken", lifetime: .seconds(600), scope: "read")
    private let clock = HeldTime()
    private let folder = FileManager.default.temporaryDirectory
        .appending(path: "tokens-\(UUID().uuidString)").path

    private var store: SealedTokenStore { SealedTokenStore(in: folder, date: clock.time.date) }

    @Test func `a token is found again with what is left of its life`() throws {
        #expect(store.store(token, from: endpoint, as: proof))
        clock.move(.seconds(200))
        let found = try #require(store.token(from: endpoint, as: proof))
        #expect(found.value == "t0ken")
        #expect(found.scope == "read")
        let left = try #require(found.lifetime)
        #expect((.seconds(399)...(.seconds(400))).contains(left))
        clock.move(.seconds(401))
        #expect(store.token(from: endpoint, as: proof) == nil)
    }

    @Test func `nothing on the disk shows the token, and only its owner may look`() throws {
        store.store(token, from: endpoint, as: proof)
        let names = try FileManager.default.contentsOfDirectory(atPath: folder)
        #expect(names.count == 1)
        for name in names {
            let data = try Data(contentsOf: URL(filePath: "\(folder)/\(name)"))
            #expect(data.range(of: Data("t0ken".utf8)) == nil)
            let mode = try FileManager.default.attributesOfItem(atPath: "\(folder)/\(name)")
            #expect(mode[.posixPermissions] as? Int == 0o600)
        }
    }

    @Test func `another secret, client, scope or endpoint opens nothing`() {
        store.store(token, from: endpoint, as: proof)
        let rotated = ClientAuthentication.basic(id: "billing", secret: "two")
        #expect(store.token(from: endpoint, as: rotated) == nil)
        let other = ClientAuthentication.basic(id: "other", secret: "one")
        #expect(store.token(from: endpoint, as: other) == nil)
        let scoped = TokenEndpoint(url: endpoint.url, scope: "write")
        #expect(store.token(from: scoped, as: proof) == nil)
        let elsewhere = TokenEndpoint(url: "https://b.test/token", scope: "read")
        #expect(store.token(from: elsewhere, as: proof) == nil)
        #expect(store.token(from: endpoint, as: proof) != nil)
    }

    @Test func `a file that was changed or cut is no token`() throws {
        store.store(token, from: endpoint, as: proof)
        let name = try FileManager.default.contentsOfDirectory(atPath: folder)[0]
        let url = URL(filePath: "\(folder)/\(name)")
        let whole = try Data(contentsOf: url)
        for length in [0, 1, 12, whole.count - 1] {
            try whole.prefix(length).write(to: url)
            #expect(store.token(from: endpoint, as: proof) == nil)
        }
        var changed = whole
        changed[20] ^= 1
        try changed.write(to: url)
        #expect(store.token(from: endpoint, as: proof) == nil)
    }

    @Test func `a folder that others may enter is not used`() throws {
        store.store(token, from: endpoint, as: proof)
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: folder)
        #expect(store.token(from: endpoint, as: proof) == nil)
        #expect(!store.store(token, from: endpoint, as: proof))
    }

    @Test func `a token without an end isn't stored`() {
        let endless = AccessToken(value: "t")
        #expect(!store.store(endless, from: endpoint, as: proof))
    }

    @Test func `the next process doesn't ask, and one with another secret does`() async throws {
        let server = SecretServer(accepting: "one", "two")
        func fresh(_ secret: String) -> TokenProvider {
            TokenProvider(
                endpoint, credential: ShelfCredential(secret), through: server,
                settings: .init(store: store), time: clock.time)
        }
        #expect(try await fresh("one").token().value == "one-1")
        #expect(try await fresh("one").token().value == "one-1")
        #expect(try await fresh("two").token().value == "two-2")
        // A token that was refused is gone from the disk, too.
        let last = fresh("two")
        last.invalidate(try await last.token())
        #expect(try await fresh("two").token().value == "two-3")
    }

    @Test func `the last of a token's life is of no use`() {
        store.store(token, from: endpoint, as: proof)
        clock.move(.seconds(545))
        #expect(store.token(from: endpoint, as: proof, buffer: .seconds(60)) == nil)
        #expect(store.token(from: endpoint, as: proof, buffer: .seconds(50)) != nil)
        // A tenth of its life at most, so that a short one is of use at all.
        clock.move(.seconds(-50))
        #expect(store.token(from: endpoint, as: proof, buffer: .seconds(300)) != nil)
    }

    @Test(arguments: [
        (SealedTokenStore.Remainder.time(.seconds(400)), 200, 201),
        (.time(.seconds(700)), -1, 0), (.part(0.5), 300, 301), (.part(0.75), 150, 151),
    ])
    func `a token that is wanted for longer is left where it is`(
        least: SealedTokenStore.Remainder, good: Int, late: Int
    ) {
        store.store(token, from: endpoint, as: proof)
        let choosy = SealedTokenStore(in: folder, least: least, date: clock.time.date)
        if good >= 0 {
            clock.move(.seconds(good))
            #expect(choosy.token(from: endpoint, as: proof) != nil)
        }
        clock.move(.seconds(late - max(0, good)))
        #expect(choosy.token(from: endpoint, as: proof) == nil)
        #expect(store.token(from: endpoint, as: proof) != nil)
    }

    @Test func `a clock that was wrong gives a token no longer life`() {
        let (wall, machine) = (HeldTime(), HeldTime())
        let start = machine.now
        func store(_ boot: String) -> SealedTokenStore {
            SealedTokenStore(
                in: folder, date: wall.time.date,
                uptime: {
                    Uptime(boot: boot, seconds: start.duration(to: machine.now) / .seconds(1))
                })
        }
        // Half an hour fast, and put right then.
        wall.move(.seconds(1_800))
        store("one").store(token, from: endpoint, as: proof)
        wall.move(.seconds(-1_800))
        machine.move(.seconds(300))
        wall.move(.seconds(300))
        #expect(
            store("one").token(from: endpoint, as: proof)?.lifetime == .seconds(300),
            "what is left is known nevertheless")
        #expect(store("two").token(from: endpoint, as: proof) == nil)
        machine.move(.seconds(1_200))
        wall.move(.seconds(1_200))
        #expect(store("one").token(from: endpoint, as: proof) == nil)
    }

    @Test func `a token's life is counted from the request`() async throws {
        let http = SlowAnswer(on: clock, after: .seconds(8))
        let provider = TokenProvider(
            endpoint, credential: ShelfCredential("one"), through: http,
            settings: .init(store: store), time: clock.time)
        let bought = try await provider.token()
        let presented = ClientAuthentication.basic(id: "billing", secret: "one")
        let found = store.token(from: endpoint, as: presented)
        #expect(bought.lifetime == .seconds(600) && found?.value == bought.value)
        #expect(found?.lifetime.map { $0 <= .seconds(592) } == true)
    }

    @Test func `a store that isn't read takes the next token in`() {
        store.store(token, from: endpoint, as: proof)
        let blind = SealedTokenStore(in: folder, isRead: false, date: clock.time.date)
        #expect(blind.token(from: endpoint, as: proof) == nil)
        let next = AccessToken(value: "n3xt", lifetime: .seconds(600))
        #expect(blind.store(next, from: endpoint, as: proof))
        #expect(store.token(from: endpoint, as: proof)?.value == "n3xt")
    }

    @Test func `less scope than was asked for isn't taken from the disk where the policy insists`()
        async throws
    {
        let asked = TokenEndpoint(url: endpoint.url, scope: "read write")
        store.store(token, from: asked, as: proof)
        let server = SecretServer(accepting: "one")
        func provider(_ policy: TokenPolicy) -> TokenProvider {
            TokenProvider(
                asked, credential: ShelfCredential("one"), through: server,
                settings: .init(policy: policy, store: store), time: clock.time)
        }
        #expect(try await provider(TokenPolicy()).token().value == "t0ken")
        server.change { $0.scope = "write read" }
        #expect(try await provider(TokenPolicy(insistsOnScope: true)).token().value == "one-1")
    }
}

/// A server that takes its time for a token.
private struct SlowAnswer: HTTPClient {
    let clock: HeldTime
    let pause: Duration

    init(on clock: HeldTime, after pause: Duration) { (self.clock, self.pause) = (clock, pause) }

    func send(_ request: HTTPRequest) async throws(HTTPFailure) -> HTTPResponse {
        clock.move(pause)
        return try Result<HTTPResponse, HTTPFailure>.token("t", 600).get()
    }
}
