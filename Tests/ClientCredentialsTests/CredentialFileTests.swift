import ClientCredentials
import Foundation
import HTTPTransport
import Testing

/// Real files, and the kernel's word for what becomes of them.
@Suite(.timeLimit(.minutes(3))) struct CredentialFileTests {
    private let folder: URL

    init() throws {
        folder = FileManager.default.temporaryDirectory
            .appending(path: "credential-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    }

    private func path(_ name: String) -> String { folder.appending(path: name).path }

    private func write(_ text: String, to name: String, atomically: Bool = false) throws {
        try Data(text.utf8).write(
            to: folder.appending(path: name), options: atomically ? .atomic : [])
    }

    private func secret(_ credentials: StagedCredentials) -> String {
        switch credentials.current {
        case .basic(_, let secret), .post(_, let secret): secret
        default: ""
        }
    }

    @Test(arguments: [("s3cr3t", "s3cr3t"), ("s3cr3t\n", "s3cr3t"), ("s\r\n", "s"), (" s ", " s ")])
    func `a whole file is the secret`(text: String, meant: String) async throws {
        try write(text, to: "secret")
        let file = CredentialFile(secret: path("secret"), clientID: "billing")
        #expect(secret(try await file.read()) == meant)
    }

    @Test func `a JSON file holds secret, id and candidate`() async throws {
        let file = CredentialFile(
            json: path("client.json"), secret: "oauth.client_secret", clientID: "blue",
            clientIDField: "oauth.client_id", candidateField: "oauth.next", presented: .post)
        try write(
            #"{"n":1,"oauth":{"client_secret":"a","client_id":"green","next":"b","x":[1]}}"#,
            to: "client.json")
        let read = try await file.read()
        #expect(secret(read) == "a")
        #expect(read.current.clientID == "green")
        #expect(read.candidate?.clientID == "green")
        try write(
            #"{"oauth":{"client_secret":"a","client_id":"green","next":""}}"#, to: "client.json")
        #expect(try await file.read().candidate == nil)
    }

    @Test(arguments: ["", "\n", "{", "[]", #"{"client_secret":7}"#, #"{"client_secret":""}"#])
    func `a file in the making is no secret, and isn't quoted`(text: String) async throws {
        try write(text, to: "client.json")
        let file = CredentialFile(
            json: path("client.json"), secret: "client_secret", clientID: "billing")
        let failure = await #expect(throws: CredentialUnreadable.self) { try await file.read() }
        #expect(failure?.description.contains("client.json: ") == true)
    }

    @Test func `a write in place, a rename and a link that is turned round are noticed`()
        async throws
    {
        try FileManager.default.createDirectory(
            atPath: path("..one"), withIntermediateDirectories: true)
        try write("one", to: "..one/secret")
        try FileManager.default.createSymbolicLink(
            atPath: path("..data"), withDestinationPath: "..one")
        try FileManager.default.createSymbolicLink(
            atPath: path("secret"), withDestinationPath: "..data/secret")
        let file = CredentialFile(
            secret: path("secret"), clientID: "billing", interval: .seconds(3_600))
        var hints = file.hints().makeAsyncIterator()

        try write("rename", to: "secret", atomically: true)
        #expect(await hints.next() == .written)
        try write("in place", to: "secret")
        #expect(await hints.next() == .written)
        #expect(secret(try await file.read()) == "in place")

        try FileManager.default.createDirectory(
            atPath: path("..two"), withIntermediateDirectories: true)
        try FileManager.default.createSymbolicLink(
            atPath: path("..data_tmp"), withDestinationPath: "..two")
        #expect(rename(path("..data_tmp"), path("..data")) == 0)
        #expect(await hints.next() == .written)
    }

    @Test(arguments: [true, false]) func `a folder that is swapped is followed`(isLink: Bool)
        async throws
    {
        for name in ["one", "two"] {
            try FileManager.default.createDirectory(
                atPath: path(name), withIntermediateDirectories: true)
            try write(name, to: "\(name)/secret")
        }
        if isLink {
            try FileManager.default.createSymbolicLink(
                atPath: path("live"), withDestinationPath: "one")
            try FileManager.default.createSymbolicLink(
                atPath: path("next"), withDestinationPath: "two")
        } else {
            #expect(rename(path("one"), path("live")) == 0)
        }
        let file = CredentialFile(
            secret: path("live/secret"), clientID: "billing", interval: .seconds(3_600))
        var hints = file.hints().makeAsyncIterator()
        if !isLink { #expect(rename(path("live"), path("gone")) == 0) }
        #expect(rename(path(isLink ? "next" : "two"), path("live")) == 0)
        #expect(await hints.next() == .written)
        #expect(secret(try await file.read()) == "two")
        // What becomes of the new one is seen too.
        try write("three", to: "live/secret")
        #expect(await hints.next() == .written)
        #expect(secret(try await file.read()) == "three")
    }

    @Test func `a folder that isn't there yet is waited for`() async throws {
        let file = CredentialFile(
            secret: path("later/secret"), clientID: "billing", interval: .seconds(3_600))
        var hints = file.hints().makeAsyncIterator()
        try FileManager.default.createDirectory(
            atPath: path("made"), withIntermediateDirectories: true)
        try write("one", to: "made/secret")
        #expect(rename(path("made"), path("later")) == 0)
        #expect(await hints.next() == .written)
        #expect(secret(try await file.read()) == "one")
    }

    @Test func `other files in the folder aren't its matter`() async throws {
        try write("one", to: "secret")
        let file = CredentialFile(
            secret: path("secret"), clientID: "billing", interval: .milliseconds(200))
        var hints = file.hints().makeAsyncIterator()
        try write("other", to: "other")
        #expect(await hints.next() == .time)
    }
}
