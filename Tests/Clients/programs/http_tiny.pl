# Perl's HTTP::Tiny.
use strict;
use warnings;
use HTTP::Tiny;
use JSON::PP;

my $base = $ARGV[0];
my $http = HTTP::Tiny->new;
my %json = ("Content-Type" => "application/json");

sub call { encode_json({jsonrpc => "2.0", id => 1, method => shift, params => [@_]}) }

sub show {
    my ($step, $answer) = @_;
    print "$step $answer->{status} $answer->{content}\n";
}

sub post { $http->post("$base$_[0]", {headers => {%json}, content => $_[1]}) }

sub follow {
    my ($step, $path, $count) = @_;
    my $rest = "";
    my $lines = sub {
        my ($part, $answer) = @_;
        $rest .= $part;
        while ($rest =~ s/\A(.*)\n//) {
            my $line = $1;
            HTTP::Tiny->new->post("$base/rpc/chat/say", {headers => {%json}, content => '{"author":"perl","text":"hello"}'})
                if $line eq ": open";
            next unless $line =~ s/\Adata: //;
            print "$step $answer->{status} $line\n";
            die "done\n" if --$count == 0;
        }
    };
    $http->get("$base$path", {headers => {Accept => "text/event-stream"}, data_callback => $lines});
}

show("call", post("/rpc", call("calculator.add", 2, 3)));
show("path", post("/rpc/calculator/divide", '{"a":1,"b":4}'));
show("get", $http->get("$base/rpc/calculator/add?a=2&b=3"));
show("error", post("/rpc", call("calculator.divide", 1, 0)));
show("unknown", post("/rpc/no/such", "{}"));
show("empty", $http->post("$base/rpc/jobs/active"));
show("notification", post("/rpc", '{"jsonrpc":"2.0","method":"calculator.add","params":[2,3]}'));
# Content that a function returns is sent in chunks.
my @parts = ('["', ("x" x 1000) x 100, '"]');
show("upload", post("/rpc/echo/echo", sub { shift @parts }));
follow("stream", "/rpc/clock/ticks?interval=0.05", 3);
follow("topic", "/events/chat/room", 1);
